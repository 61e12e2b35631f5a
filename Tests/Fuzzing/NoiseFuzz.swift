import Noise
import Sodium

/// Between two honest ends stands an attacker: the input's first byte picks the transcript, which message is attacked,
/// and whether the rest is laid over it (exclusive or) or put in its place. What arrives changed is refused at the latest
/// by the next message, what arrives unchanged is taken.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let choice = input.first else { return 0 }
  let attack = Attack(stage: choice >> 1 & 3, replaces: choice & 8 != 0, bytes: input[1...])
  let reached = (try? handshake(choice & 1 == 0 ? .peerNet1 : .peerNet2, under: attack)) ?? false
  guard reached != attack.changed else { fatalError(reached ? "a forgery went through" : "an honest end was refused") }
  return 0
}

/// Notes whether it changed anything.
final class Attack {
  let stage: UInt8
  let replaces: Bool
  let bytes: ArraySlice<UInt8>
  private(set) var changed = false

  init(stage: UInt8, replaces: Bool, bytes: ArraySlice<UInt8>) {
    self.stage = stage
    self.replaces = replaces
    self.bytes = bytes
  }

  func deliver(_ message: [UInt8], stage: UInt8) -> [UInt8] {
    guard stage == self.stage else { return message }
    var delivered = message
    if replaces {
      delivered = Array(bytes)
    } else {
      for (index, byte) in bytes.prefix(message.count).enumerated() { delivered[index] ^= byte }
    }
    changed = delivered != message
    return delivered
  }
}

private func key(_ byte: UInt8) -> KeyPair { KeyPair(privateKey: SecretKey([UInt8](repeating: byte, count: 32))!) }

/// True when a message sealed by the initiator opens at the responder.
private func handshake(_ transcript: Transcript, under attack: Attack) throws(NoiseError) -> Bool {
  let payload: [UInt8] = transcript == .peerNet1 ? [] : [1, 2, 3]
  let initiator = key(1)
  let responder = key(2)
  var m1: [UInt8] = []
  let awaitingM2 = InitiatorAwaitingM2(transcript: transcript, ephemeral: key(3), message: &m1)
  var m2: [UInt8] = []
  let awaitingM3 = try ResponderAwaitingM1(transcript: transcript, ephemeral: key(4))
    .receive(attack.deliver(m1, stage: 0), payload: payload, staticKey: responder, message: &m2)
  let sendingM3 = try awaitingM2.receive(attack.deliver(m2, stage: 1), staticKey: initiator)
  var m3: [UInt8] = []
  var dialled = try sendingM3.finish(payload: payload, staticKey: initiator, message: &m3)
  var accepted = try awaitingM3.receive(attack.deliver(m3, stage: 2))
  guard accepted.remoteStatic == initiator.publicKey, dialled.handshakeHash == accepted.handshakeHash else {
    fatalError("the ends disagree")
  }
  var message = Array("a call".utf8)
  try dialled.sender.seal(&message, from: 0)
  var arrived = attack.deliver(message, stage: 3)
  let opened = try accepted.receiver.open(&arrived, range: 0..<arrived.count)
  return arrived[opened].elementsEqual("a call".utf8)
}
