import ETF
import PeerNet
import Testing

@testable import Admin

@Suite struct SystemInfoTests {
  private let caller = Caller(
    label: [97], key: [UInt8](repeating: 65, count: 52), fingerprint: [UInt8](repeating: 48, count: 16), grants: .none,
    wire: .two)

  @Test func aFlashedBoardTellsOfImageAndBoot() {
    var info = SystemInfo()
    var image = Answer()
    image.put("slot", [UInt8(ascii: "a")])
    image.put("trial", nil as [UInt8]?)
    info.image = image
    info.boot = Answer()
    let answer = info.answer(to: caller)
    #expect(answer[binaryKey: "image"] == .map([MapPair(.binary([UInt8]("slot")), .binary([UInt8(ascii: "a")]))]))
    #expect(answer[binaryKey: "boot"] == .map([]))
    #expect(answer[binaryKey: "wire"] == .integer(2))
  }

  @Test func otherSystemsDoNot() {
    let answer = SystemInfo().answer(to: caller)
    #expect(answer[binaryKey: "image"] == nil)
    #expect(answer[binaryKey: "boot"] == nil)
  }
}
