import Basics
import Linux

/// Keeps the system's interfaces and addresses, told by rtnetlink and never polled.
public final class InterfaceMonitor {
  /// A change after a quiet time is told at once, with what comes in the same moment.
  private static var moment: TimeSpan { .milliseconds(2) }
  /// How long those that follow are gathered: an interface that comes up sends a burst of them.
  private static var settling: TimeSpan { .milliseconds(50) }
  private static var retry: TimeSpan { .seconds(1) }

  /// As the kernel last told; complete when `isComplete` is.
  public private(set) var table = InterfaceTable()
  /// The first dump is in.
  private(set) var isComplete = false
  /// Called when the first dump is in, and after every change of interfaces, addresses or routes.
  public var onChange: (() -> Void)?

  private enum Phase: Equatable {
    case links(UInt32), addresses(UInt32), listening
  }

  private let reactor: Reactor
  private var socket: NetlinkSocket?
  private var registration: Reactor.Registration?
  private var announcement: Timer?
  private var quietFrom = Instant.zero
  private var nextDump: Timer?
  private var sequence: UInt32 = 0
  private var phase = Phase.listening
  /// Built up by a dump, and takes the place of `table` when it is whole.
  private var draft = InterfaceTable()

  /// Asks for everything at once; the answers come with the reactor's next turns.
  public init(reactor: Reactor) throws(Errno) {
    self.reactor = reactor
    let socket = try NetlinkSocket()
    let number = socket.descriptor.number
    self.socket = consume socket
    try startDump()
    registration = try reactor.register(number, for: .readable) { _ in self.receive() }
  }

  /// Ends the watch; `onChange` is not called again.
  public func close() {
    if let registration { reactor.deregister(registration) }
    if let announcement { reactor.cancel(announcement) }
    if let nextDump { reactor.cancel(nextDump) }
    registration = nil
    announcement = nil
    nextDump = nil
    socket = nil
    onChange = nil
  }

  private func startDump() throws(Errno) {
    sequence &+= 1
    draft = InterfaceTable()
    phase = .links(sequence)
    try socket?.request(.links, sequence: sequence)
  }

  private func receive() {
    do throws(Errno) {
      var left = 16
      while left > 0, let bytes = try socket?.receive(into: reactor.buffer) {
        left -= 1
        try take(bytes)
      }
    } catch {
      // Something was lost, or was no netlink message: only a whole dump tells.
      redump()
    }
  }

  private func take(_ bytes: [UInt8]) throws(Errno) {
    var reader = NetlinkReader(bytes)
    do throws(NetlinkError) {
      while let message = try reader.next() {
        switch message {
        case .done(let sequence):
          if phase == .links(sequence) {
            self.sequence &+= 1
            phase = .addresses(self.sequence)
            do throws(Errno) {
              try socket?.request(.addresses, sequence: self.sequence)
            } catch {
              redump()
            }
          } else if phase == .addresses(sequence) {
            phase = .listening
            let isChanged = !isComplete || table != draft
            table = draft
            isComplete = true
            if isChanged { announce() }
          }
        case .failure(let sequence, let number):
          if number != 0, phase == .links(sequence) || phase == .addresses(sequence) { redump() }
        case .overrun: redump()
        case .route: announce()
        case .link, .linkGone, .address, .addressGone, .other:
          // While a dump runs, news belong to both: it may have passed their place already.
          if phase != .listening { _ = draft.apply(message) }
          if isComplete, table.apply(message) { announce() }
        }
      }
    } catch {
      throw Errno("netlink", .protocolError)
    }
  }

  private func announce() {
    guard isComplete, announcement == nil else { return }
    let isQuiet = reactor.now >= quietFrom
    announcement = reactor.schedule(after: isQuiet ? InterfaceMonitor.moment : InterfaceMonitor.settling) {
      self.announcement = nil
      self.quietFrom = self.reactor.now + InterfaceMonitor.settling
      self.onChange?()
    }
  }

  private func redump() {
    phase = .listening
    guard nextDump == nil else { return }
    nextDump = reactor.schedule(after: InterfaceMonitor.retry) {
      self.nextDump = nil
      do throws(Errno) {
        try self.startDump()
      } catch {
        self.redump()
      }
    }
  }
}
