import Disk
import PeerNet
import Sodium

/// A provision record that decodes says the same when it is written again, and seeds an empty partition with no more than it
/// holds; an unpaired key is never in what is seeded. The input is a payload, under a checksum that is right.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  _ = try? Provision.decode(input)
  let length = (0..<4).map { UInt8(truncatingIfNeeded: input.count >> (8 * $0)) }
  let record = Array("PNPROV1\n".utf8) + length + [0, 0, 0, 0] + SHA256.hash(input).bytes + input
  guard let provision = try? Provision.decode(record) else { return 0 }
  guard let encoded = try? provision.encode(), encoded == record else { fatalError("another record") }
  let trusted = provision.contents(Provision.trust).flatMap { try? TrustList.parse($0) }?.entries.map { $0.key } ?? []
  let seed = Seed(provision, revoked: trusted) { _ in nil }
  guard seed.files.count <= 5 else { fatalError("too many files") }
  for file in seed.files where file.path == Array("peernet/trust".utf8) {
    guard let list = try? TrustList.parse(file.contents), list.entries.isEmpty else { fatalError("somebody is back") }
  }
  return 0
}
