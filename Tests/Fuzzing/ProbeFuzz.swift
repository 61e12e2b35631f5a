import Noise
import Sodium

@testable import PeerNet

/// Whatever comes as a probe: only what the peer has sealed opens, once, and an echo counts only for an open question. The
/// input is a sequence of steps, each a byte that says what and the bytes that it needs.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  func key(_ byte: UInt8) -> SecretKey { SecretKey([UInt8](repeating: byte, count: 32))! }
  let hash = [UInt8](repeating: 9, count: 32)
  var here = ProbeChannel(keys: DerivedKeys(sender: key(1), receiver: key(2)), handshakeHash: hash, port: 1)
  var there = ProbeChannel(keys: DerivedKeys(sender: key(2), receiver: key(1)), handshakeHash: hash, port: 2)
  var random = RandomStream(seed: hash)
  var now = Instant(nanoseconds: 1)
  var liveness = Liveness(rules: LivenessRules(), sendsProbes: true, now: now, random: &random)
  var sealed: [[UInt8]] = []
  var opened = Set<Int>()
  var asked: UInt64 = 0
  var rest = UnsafeBufferPointer(start: data, count: count)[...]
  while let step = rest.popFirst() {
    switch step & 3 {
    case 0:
      let number = UInt64(rest.popFirst() ?? 0)
      sealed.append(there.seal(.init(kind: step & 4 == 0 ? .echo : .challenge, number: number, received: number << 56)))
    case 1:
      guard let index = rest.popFirst().map({ Int($0) }), index < sealed.count else { continue }
      guard let message = here.open(sealed[index]) else { continue }
      guard opened.insert(index).inserted else { fatalError("opened twice") }
      if message.kind == .echo, liveness.handleEcho(message.number, received: message.received, now: now),
        message.number > asked
      {
        fatalError("an answer to no question")
      }
    case 2:
      let length = Int(rest.popFirst() ?? 0)
      var bytes = Array(rest.prefix(length))
      rest = rest.dropFirst(length)
      if step & 4 == 0, let last = sealed.last, bytes != last, bytes.count < 49 { bytes += last.dropFirst(bytes.count) }
      if sealed.contains(bytes) { continue }
      guard here.open(bytes) == nil else { fatalError("a forgery opened") }
    default:
      now = now + .milliseconds(Int64(step) * 10)
      var steps = 0
      while true {
        liveness.timeout(now: now, random: &random)
        guard let step = liveness.nextOutput() else { break }
        if case .probe(let number) = step { asked = number }
        if step == .ask { asked += 1 }
        if step == .dead { return 0 }
        steps += 1
        guard steps < 10 else { fatalError("no end of steps") }
      }
      if step & 128 != 0 { liveness.handleReceived(now: now) }
      guard liveness.loss.unanswered >= 0, liveness.loss.unanswered <= liveness.loss.asked, liveness.loss.asked <= 64
      else { fatalError("the loss") }
    }
  }
  return 0
}
