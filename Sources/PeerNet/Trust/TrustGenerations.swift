/// Which trust list is in force, over the life of a process: the last one that could be read. Behind it stands what
/// was provisioned.
public struct TrustGenerations: Sendable {
  /// The list in force.
  public private(set) var current: TrustList
  /// Counts the lists that came into force after the first.
  public private(set) var generation: UInt64 = 0
  /// Why the file's present content is not in force, if it is not.
  public private(set) var failure: Failure?

  private var hasLoaded = false
  /// A list that was written by hand and has not stood unchanged for long enough yet.
  private var settling: (text: [UInt8], until: Instant)?

  /// How long a list without a seal has to stand unchanged before it comes into force: its writer may not have
  /// finished.
  public static var settlingTime: TimeSpan { .seconds(2) }

  /// When to read the file again although nothing reported a change.
  public var deadline: Instant? { settling?.until }

  /// What was found where the file should be.
  public enum Source: Sendable {
    /// The file's content.
    case bytes([UInt8])
    /// There is no file.
    case missing
    /// It could not be read, with the errno.
    case unreadable(Int32)
  }

  /// Why what was found did not come into force.
  public enum Failure: Error, Hashable, Sendable {
    /// It is no trust list; line and reason.
    case malformed(TrustListError)
    /// It was there, and is gone. Removing the file unpairs nobody; an empty list does.
    case vanished
    /// It could not be read; the errno.
    case unreadable(Int32)
  }

  /// What a reading of the file came to.
  public enum Outcome: Hashable, Sendable {
    /// A new list is in force: sessions with keys that it no longer holds end. One that may be torn has no seal, and nobody
    /// saw the list before it in the same place: who is not in it may come back, and nothing of theirs is thrown away.
    case replaced(mayBeTorn: Bool)
    /// Nothing has changed yet, and there is nothing to report.
    case unchanged
    /// The last good list stays in force. Reported once for the same failure.
    case kept(Failure)
  }

  /// Nothing was read so far: `provisioned` is in force, by default an empty list, which denies everyone.
  public init(provisioned: TrustList = TrustList()) { current = provisioned }

  /// Takes what was found where the file should be. A failure changes nothing of what is in force.
  public mutating func load(_ source: Source, now: Instant) -> Outcome {
    let settling = settling.take()
    switch source {
    case .bytes(let bytes):
      let list: TrustList
      do { list = try TrustList.parse(bytes) } catch { return keep(.malformed(error)) }
      failure = nil
      let mayBeTorn = !list.isSealed && !hasLoaded
      if list.text != current.text, !list.isSealed {
        let until = settling.flatMap { $0.text == list.text ? $0.until : nil } ?? now + Self.settlingTime
        guard now >= until else {
          self.settling = (list.text, until)
          return .unchanged
        }
      }
      hasLoaded = true
      guard list.text != current.text else { return .unchanged }
      current = list
      generation &+= 1
      return .replaced(mayBeTorn: mayBeTorn)
    case .missing:
      return hasLoaded ? keep(.vanished) : .unchanged
    case .unreadable(let code):
      return keep(.unreadable(code))
    }
  }

  private mutating func keep(_ new: Failure) -> Outcome {
    guard failure != new else { return .unchanged }
    failure = new
    return .kept(new)
  }
}
