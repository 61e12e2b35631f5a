import Linux
import Synchronization

/// The one part of a ``Reactor`` that other threads may touch: who is inside it, and what waits to be run there.
///
/// Both stand in one word, which every thread changes by compare and exchange. So all changes have one order, and from
/// that follows:
///
/// - *One is inside at a time.* A visitor or the reactor comes in by putting itself in the place of `nobody`. Otherwise
///   only the occupant names the next one when it goes, or whoever posts to a sleeping reactor names the reactor.
/// - *Nothing that was posted is forgotten.* There are posts only while there is an occupant. It goes by an exchange
///   that expects none. If one was added before, the exchange fails: the reactor runs it, and a visitor names the
///   reactor, which does.
/// - *No wake-up is lost, and none is wasted.* Whoever names a reactor that is not inside raises the event, after that,
///   and nobody else does. The reactor puts nobody in its own place before it waits. So a post either comes before
///   that, and the reactor does not wait; or after that, and the event is raised, which the kernel keeps until the
///   reactor waits. A flag `isAwake` beside a list would need a full fence between the two on both sides; one word
///   needs none.
/// - *Posts run in their order.* The reactor takes all of them at once, runs them in order, and takes the next ones
///   after that. Nobody comes in before them, since there is an occupant until none is left.
///
/// What was done inside is released by the exchange with which an occupant goes, and acquired by that of the next one.
public final class Waker: @unchecked Sendable {
  private enum Occupant: UInt {
    /// The reactor sleeps, and nothing is posted.
    case nobody
    case reactor
    /// Another thread, for the length of a visit.
    case visitor
    /// The same, and the reactor is awake and waits for the visit's end.
    case awaitedVisitor

    init(of word: UInt) {
      switch word & Waker.occupants {
      case 0: self = .nobody
      case 1: self = .reactor
      case 2: self = .visitor
      default: self = .awaitedVisitor
      }
    }
  }

  /// What was posted. It belongs to the list that it stands in.
  private final class Post {
    let body: @Sendable () -> Void
    /// The address of the next one in the list, or 0.
    var next: UInt = 0

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// The bits of the occupant. The others are the address of the newest post, which is a multiple of 8.
  private static var occupants: UInt { 3 }

  let event: EventDescriptor
  private let word = Atomic<UInt>(Occupant.reactor.rawValue)

  /// Of a reactor that is awake.
  init() throws(Errno) { event = try EventDescriptor() }

  deinit {
    var rest = word.load(ordering: .acquiring) & ~Waker.occupants
    while let post = Waker.post(at: rest)?.takeRetainedValue() { rest = post.next }
  }

  private static func post(at address: UInt) -> Unmanaged<Post>? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged<Post>.fromOpaque($0) }
  }

  // MARK: Any thread

  /// Has `body` run on the reactor's thread, in the order of the posts.
  public func post(_ body: @escaping @Sendable () -> Void) {
    let post = Post(body)
    let address = UInt(bitPattern: Unmanaged.passRetained(post).toOpaque())
    var found = word.load(ordering: .relaxed)
    while true {
      let occupant = Occupant(of: found)
      post.next = found & ~Waker.occupants
      let successor = occupant == .nobody ? Occupant.reactor : occupant
      let (isAdded, original) = word.weakCompareExchange(
        expected: found, desired: address | successor.rawValue, successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed)
      if isAdded {
        if occupant == .nobody { event.raise() }
        return
      }
      found = original
    }
  }

  /// Enters if the reactor sleeps. False if a thread is inside already.
  func beginVisit() -> Bool {
    word.compareExchange(
      expected: Occupant.nobody.rawValue, desired: Occupant.visitor.rawValue, successOrdering: .acquiring,
      failureOrdering: .relaxed
    ).exchanged
  }

  /// Ends the visit. The reactor sleeps on, unless something was posted meanwhile or it waits for this end.
  func endVisit() {
    var found = Occupant.visitor.rawValue
    while true {
      let isAlone = found == Occupant.visitor.rawValue
      let desired = isAlone ? Occupant.nobody.rawValue : found & ~Waker.occupants | Occupant.reactor.rawValue
      let (isOutside, original) = word.weakCompareExchange(
        expected: found, desired: desired, successOrdering: .acquiringAndReleasing, failureOrdering: .relaxed)
      if isOutside {
        if !isAlone { event.raise() }
        return
      }
      found = original
    }
  }

  // MARK: The reactor's thread

  /// Leaves before the reactor sleeps. False if something was posted, which the reactor must run first.
  func leave() -> Bool {
    word.compareExchange(
      expected: Occupant.reactor.rawValue, desired: Occupant.nobody.rawValue, successOrdering: .releasing,
      failureOrdering: .relaxed
    ).exchanged
  }

  /// Enters again when the reactor wakes, and waits for the end of a visit if there is one.
  func enter() {
    var found = word.load(ordering: .acquiring)
    while true {
      switch Occupant(of: found) {
      case .reactor: return
      case .nobody:
        let (isInside, original) = word.compareExchange(
          expected: found, desired: Occupant.reactor.rawValue, successOrdering: .acquiring,
          failureOrdering: .acquiring)
        if isInside { return }
        found = original
      case .visitor:
        let desired = found | Occupant.awaitedVisitor.rawValue
        let (isAwaited, original) = word.compareExchange(
          expected: found, desired: desired, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
        found = isAwaited ? desired : original
      case .awaitedVisitor:
        // It may have been raised for an earlier reason: then this returns once more than needed.
        event.take()
        found = word.load(ordering: .acquiring)
      }
    }
  }

  /// Runs what is posted by now, and nothing that is posted meanwhile: that waits for the next turn.
  func runPosted() {
    guard word.load(ordering: .relaxed) != Occupant.reactor.rawValue else { return }
    // While the reactor is inside, others change nothing but the list.
    var rest = word.exchange(Occupant.reactor.rawValue, ordering: .acquiringAndReleasing) & ~Waker.occupants
    // The newest comes first in it.
    var oldest: UInt = 0
    while let post = Waker.post(at: rest)?.takeUnretainedValue() {
      let address = rest
      rest = post.next
      post.next = oldest
      oldest = address
    }
    while let post = Waker.post(at: oldest)?.takeRetainedValue() {
      oldest = post.next
      post.body()
    }
  }
}
