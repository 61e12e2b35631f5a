import Basics

/// One datagram from wpa_supplicant's control socket: an event that nobody asked for (`<3>CTRL-EVENT-…`) or the reply
/// to the command that was sent last. Any bytes at all make one of the two.
public enum SupplicantMessage: Equatable, Sendable {
  /// Came by itself.
  case event(SupplicantEvent)
  /// Answers the command sent last.
  case reply(SupplicantReply)

  /// What a longer datagram says beyond this is not looked at; the supplicant's own replies end at 4 KiB.
  public static let maximumBytes = 8192

  /// Reads a datagram; what is no event is a reply.
  public init(_ datagram: [UInt8]) {
    if datagram.count >= 3, datagram[0] == 0x3c, datagram[2] == 0x3e {
      self = .event(SupplicantEvent(datagram.dropFirst(3)))
    } else {
      self = .reply(SupplicantReply(datagram.prefix(SupplicantMessage.maximumBytes)))
    }
  }
}

/// What the supplicant replied to a command.
public enum SupplicantReply: Equatable, Sendable {
  /// `OK`
  case ok
  /// `PONG`
  case pong
  /// `FAIL-BUSY`: it may be asked again.
  case busy
  /// `FAIL`, or a command that it does not know.
  case failed
  /// Lines of an answer, or garbage: whoever asked takes from it what it can.
  case text([UInt8])

  init(_ bytes: ArraySlice<UInt8>) {
    let word = bytes.last == 0x0a ? bytes.dropLast() : bytes
    if word.equals("OK") {
      self = .ok
    } else if word.equals("PONG") {
      self = .pong
    } else if word.equals("FAIL-BUSY") {
      self = .busy
    } else if word.hasPrefix("FAIL") || word.equals("UNKNOWN COMMAND") {
      self = .failed
    } else {
      self = .text([UInt8](bytes))
    }
  }
}
