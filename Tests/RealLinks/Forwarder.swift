import Glibc
import Linux
import PeerNet
import Synchronization
import Threads
import VirtualNetwork

/// Carries frames between one station and many, as an access point does: each of the many has a link of its own, which
/// loses and delays what it likes. The many do not hear each other.
public final class Forwarder: Sendable {
  /// One link, in the two directions.
  public struct Link: Sendable {
    /// From the board to the laptop.
    public var up: Path
    /// From the laptop to the board.
    public var down: Path
    public fileprivate(set) var traffic = Traffic()

    /// The same weather in both directions.
    public mutating func setWeather(_ weather: Weather) { (up.weather, down.weather) = (weather, weather) }

    /// Nothing gets through in either direction, and nobody is told.
    public mutating func setBlackHole(_ isBlackHole: Bool) {
      (up.isBlackHole, down.isBlackHole) = (isBlackHole, isBlackHole)
    }
  }

  // Device 0 is the laptop's; link N belongs to device N + 1.
  private let devices: [TapDevice]
  private let links: Mutex<[Link]>
  /// A pipe that gets a byte when the thread is to end.
  private let stop: (reading: Int32, writing: Int32)
  private let thread = Mutex<pthread_t?>(nil)

  /// Carries nothing yet. Link N throws dice of its own, from `seed` plus N.
  init(laptop: TapDevice, boards: [TapDevice], weather: Weather, seed: UInt64) {
    devices = [laptop] + boards
    links = Mutex(
      boards.indices.map { index in
        let link = seed &+ UInt64(index)
        return Link(up: Path(weather, link: link, direction: 0), down: Path(weather, link: link, direction: 1))
      })
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no descriptors are left")
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    stop = (ends[0], ends[1])
  }

  deinit {
    close(stop.reading)
    close(stop.writing)
  }

  /// Changes a link, from the next frame on; what is under way arrives.
  public func change(_ index: Int, _ body: (inout Link) -> Void) { links.withLock { body(&$0[index]) } }

  /// What was sent over a link so far.
  public func traffic(of index: Int) -> Traffic { links.withLock { $0[index].traffic } }

  func start() {
    thread.withLock { $0 = startThread { [self] in run() } }
  }

  /// Ends its thread. What is under way is lost.
  func end() {
    guard let thread = thread.withLock({ $0.take() }) else { return }
    _ = write(stop.writing, [1], 1)
    join(thread)
  }

  // MARK: On its own thread

  private func run() {
    var agenda = Agenda<(frame: [UInt8], device: Int)>()
    var buffer = [UInt8](repeating: 0, count: 4_096)
    var polled = (devices.map { $0.descriptor } + [stop.reading]).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    while true {
      // In milliseconds, never less than are left.
      let left = min(max(.zero, agenda.next - now()), .seconds(60))
      _ = poll(&polled, nfds_t(polled.count), Int32((left.nanoseconds + 999_999) / 1_000_000))
      if polled[devices.count].revents != 0 { return }
      for (index, device) in devices.enumerated() where polled[index].revents != 0 {
        // Some frames from each in turn: a flood of one holds nobody else up.
        for _ in 0..<64 {
          guard let bytes = device.read(&buffer) else { break }
          send(Frame(bytes: bytes), from: index, &agenda)
        }
      }
      while let (frame, device) = agenda.take(dueAt: now()) { devices[device].write(frame) }
    }
  }

  private func send(_ frame: Frame, from device: Int, _ agenda: inout Agenda<(frame: [UInt8], device: Int)>) {
    let now = now()
    links.withLock { links in
      func carry(over index: Int, up: Bool) {
        links[index].traffic.count(frame)
        let travel = up ? links[index].up.travel(at: now) : links[index].down.travel(at: now)
        guard let travel else { return links[index].traffic.lost += 1 }
        agenda.add((frame.bytes, up ? 0 : index + 1), at: now + travel)
      }
      guard device == 0 else { return carry(over: device - 1, up: true) }
      guard let station = frame.station else {
        for index in links.indices { carry(over: index, up: false) }
        return
      }
      if (1...links.count).contains(Int(station)) { carry(over: Int(station) - 1, up: false) }
    }
  }

  private func now() -> Instant { Clock.now() }
}
