import PeerNet
import Sodium

/// A datagram that is taken is written again as the same bytes, and a node that hears any sequence of datagrams keeps
/// going: the input is a sequence of them, each behind its length.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  let key = PublicKey(1, 2, 3, 4)
  var now = Instant(nanoseconds: 1)
  let node = UDPDiscovery(
    .init(key: key, port: 4040), random: RandomStream(seed: [UInt8](repeating: 7, count: 32)), now: now)
  var rest = input[...]
  while let length = rest.popFirst() {
    let datagram = Array(rest.prefix(Int(length)))
    rest = rest.dropFirst(Int(length))
    if let content = try? Datagram.decode(datagram) {
      let bytes =
        switch content {
        case .announce(let announce): announce.bytes
        case .solicit(let solicit): solicit.bytes
        case .answer(let answer): answer.bytes
        }
      guard bytes == datagram else { fatalError("another datagram") }
    }
    let source = Endpoint(ipv4: 0x0A00_0000 | UInt32(length), port: UInt16(length) << 3)
    if length & 7 == 0 { node.solicit(now: now) }
    node.receive(datagram, from: source, link: length & 1 == 0 ? 1 : nil, now: now)
    var outputs = 0
    while node.nextOutput() != nil { outputs += 1 }
    guard outputs <= 64 else { fatalError("\(outputs) outputs of one datagram") }
    now = now + .milliseconds(40)
    if let deadline = node.deadline, deadline <= now { node.timeout(now: now) }
  }
  return 0
}
