import PeerNet
import Seeds

/// How a link treats packets: what a TCP or UDP packet meets on its way, once Wi-Fi's own retries are through.
public struct Weather: Sendable {
  /// The shortest way across, one direction.
  public var delay: TimeSpan
  /// The mean of what queues and retries add, exponentially distributed.
  public var jitter: TimeSpan
  /// The share of packets lost while the link is good.
  public var loss: Double
  /// The share lost while the link is bad (Gilbert and Elliott's second state).
  public var badLoss: Double = 1
  /// The mean time that the link stays good; without a limit unless set.
  public var goodTime: TimeSpan = .max
  /// The mean time that it stays bad.
  public var badTime: TimeSpan = .zero
  /// Once in each such period, at a time of chance, nothing gets through in either direction for `silence`.
  public var silencePeriod: TimeSpan = .seconds(60)
  /// How long that silence lasts.
  public var silence: TimeSpan = .zero

  /// A link of this round trip (its mean) and loss, the same in both directions.
  public init(roundTrip: TimeSpan, loss: Double = 0) {
    jitter = roundTrip / 20
    delay = roundTrip / 2 - jitter
    self.loss = loss
  }

  /// A round trip of 20 ms, and no loss.
  public static let clear = Weather(roundTrip: .milliseconds(20))
  /// One packet of five is lost.
  public static let lossy = Weather(roundTrip: .milliseconds(20), loss: 0.2)
  /// One packet of five is lost, and the way is long.
  public static let lossyAndSlow = Weather(roundTrip: .milliseconds(300), loss: 0.2)
  /// Three seconds of silence in each minute.
  public static let bursts: Weather = {
    var weather = Weather.clear
    weather.silence = .seconds(3)
    return weather
  }()
  /// Wi-Fi at the edge of its range: some seconds of heavy loss a minute, some loss always.
  public static let edge: Weather = {
    var weather = Weather(roundTrip: .milliseconds(60), loss: 0.05)
    weather.goodTime = .seconds(20)
    weather.badTime = .seconds(2)
    weather.badLoss = 0.8
    return weather
  }()
}

/// One direction of a link: says of each packet whether it arrives, and after how long.
public struct Path: Sendable {
  /// May be changed at any time; new weather starts good.
  public var weather: Weather {
    didSet { (isGood, until) = (true, nil) }
  }
  /// Nothing gets through and nobody is told: a silent black hole.
  public var isBlackHole = false

  private var dice: SeededGenerator
  private var isGood = true
  private var until: Instant?
  /// Both directions fall silent together: one seed for a link.
  private let silences: UInt64

  /// The `link` is the seed that both directions share, the `direction` tells them apart.
  public init(_ weather: Weather, link: UInt64, direction: UInt64) {
    self.weather = weather
    dice = SeededGenerator(seed: link, part: direction + 1)
    silences = link
  }

  /// How long a packet that is sent now is under way; nil when it is lost.
  public mutating func travel(at now: Instant) -> TimeSpan? {
    // Thrown for every packet, so that a black hole does not change what comes after it.
    let delay = weather.delay + dice.exponential(mean: weather.jitter)
    advance(to: now)
    let isLost = dice.chance(isGood ? weather.loss : weather.badLoss)
    return isLost || isBlackHole || isSilent(at: now) ? nil : delay
  }

  /// Whether the silence of this period covers an instant.
  public func isSilent(at now: Instant) -> Bool {
    guard weather.silence > .zero else { return false }
    let period = UInt64(weather.silencePeriod.nanoseconds)
    var dice = SeededGenerator(seed: silences, part: ~(now.nanoseconds / period))
    let start = dice.duration(below: weather.silencePeriod - weather.silence)
    let offset = TimeSpan.nanoseconds(Int64(now.nanoseconds % period))
    return offset >= start && offset < start + weather.silence
  }

  private mutating func advance(to now: Instant) {
    guard weather.badTime > .zero else { return }
    var change = until ?? now + dice.exponential(mean: weather.goodTime)
    while change <= now {
      isGood.toggle()
      change = change + dice.exponential(mean: isGood ? weather.goodTime : weather.badTime)
    }
    until = change
  }
}
