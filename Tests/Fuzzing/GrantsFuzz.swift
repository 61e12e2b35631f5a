@testable import PeerNet

/// Grants that read are written and read as the same, and reading leniently never grants more than was written.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  let lenient = Grants(lenient: input[...])
  let names = ["wifi.restart", "gpio.write", "system.reboot", "a", ""].map { Array($0.utf8) }
  var wrongAt = 0
  if let grants = Grants(strict: input[...], wrongAt: &wrongAt) {
    guard wrongAt >= 0, grants == lenient else { fatalError("two readings") }
    var again = 0
    guard grants.isEmpty || Grants(strict: grants.text[...], wrongAt: &again) == grants else {
      fatalError("not stable: \(grants.text)")
    }
  }
  for name in names {
    let argument = Array("pump".utf8)
    if lenient.allows(name), !lenient.allows(name, argument: argument) { fatalError("less with an argument") }
    if Grants.none.allows(name) || Grants.none.permission(for: name) != .none { fatalError("nothing grants something") }
  }
  return 0
}
