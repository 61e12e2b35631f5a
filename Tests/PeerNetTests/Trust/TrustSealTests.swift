import Sodium
import TestKit
import Testing

@testable import PeerNet

private let alice = "O32AQ4HJXJQMNR7SSDUSVQZODVMLNRGFKEENSHNMRVYNFO2JKNJQ"
private let bob = "54QHKMBS4VWIREJJFPCPCMCTUUTVZNU677RDMYKPVGESSCCDY5MA"
private let carol = "R5AMLLNWR4SWESXFWIKOU5T2N3EU3AU5HV5V4GWRXJXT4IJYFBPQ"

private let text = utf8(
  """
  peernet-trust 1
  # the workshop
  \(alice) laptop allow=wifi.*,gpio.read,gpio.write:pump
  \(bob) phone allow=system.info wire=1
  \(carol) the%20shed

  """)

private func refusal(_ bytes: [UInt8]) -> TrustListError.Reason? {
  do throws(TrustListError) {
    _ = try TrustList.parse(bytes)
    return nil
  } catch { return error.reason }
}

@Suite struct TrustSealTests {
  @Test func theFormat() throws {
    #expect(
      string(TrustList().serialize()) == """
        peernet-trust 1 sealed
        # seal 23 f48bbad7bff029e6f878acfef4d7f3ea

        """)
    let list = try TrustList.parse(text)
    #expect(!list.isSealed)
    let sealed = list.serialize()
    #expect(sealed.starts(with: utf8("peernet-trust 1 sealed\n# the workshop\n\(alice) laptop")))
    let read = try TrustList.parse(sealed)
    #expect(read.isSealed && read.text == text && read.entries == list.entries && read.serialize() == sealed)
    // Changing it seals it anew.
    var changed = read
    try changed.remove(PublicKey(text: utf8(bob))!)
    let again = try TrustList.parse(changed.serialize())
    #expect(again.entries.map { string($0.label) } == ["laptop", "the shed"])
    #expect(string(again.text) == string(text).replacing("\(bob) phone allow=system.info wire=1\n", with: ""))
  }

  /// A power cut keeps the first bytes of a file. Whichever they are, nobody loses a right by it and nobody gains one.
  @Test func noCutIsAccepted() throws {
    let whole = try TrustList.parse(text).serialize()
    for count in 0..<whole.count {
      #expect(refusal(Array(whole[..<count])) != nil, "cut to \(count) of \(whole.count) bytes")
    }
    // Nor one with zeros or with what stood there before in the place of the rest.
    let before = try TrustList.parse(
      utf8("peernet-trust 1\n\(carol) old allow=*\n" + String(repeating: "#\n", count: 200))
    )
    .serialize()
    for count in 0..<whole.count {
      #expect(refusal(Array(whole[..<count]) + [UInt8](repeating: 0, count: whole.count - count)) != nil)
      // Of the first line alone both are the same.
      if count > 23 { #expect(refusal(Array(whole[..<count]) + before[count...]) != nil, "\(count)") }
    }
  }

  /// Without a seal a line may be missing, which `TrustGenerations` waits for, but none is read that was cut.
  @Test func noCutOfAListByHandGrantsMore() throws {
    let whole = try TrustList.parse(text)
    var taken = 0
    for count in 0..<text.count {
      guard let list = try? TrustList.parse(Array(text[..<count])) else { continue }
      taken += 1
      for entry in list.entries { #expect(whole.entry(for: entry.key) == entry, "cut to \(count)") }
    }
    #expect(taken == 4, "at the end of a line")
    let cut = utf8("peernet-trust 1\n\(alice) laptop allow=gpio.write")
    #expect(refusal(cut) == .unterminated)
    #expect(refusal(cut + utf8(":pump\n")) == nil)
  }

  @Test func noFlippedBitIsAccepted() throws {
    let whole = try TrustList.parse(text).serialize()
    for index in whole.indices {
      for bit in 0..<8 {
        var flipped = whole
        flipped[index] ^= 1 << bit
        guard let list = try? TrustList.parse(flipped) else { continue }
        Issue.record("byte \(index) bit \(bit): \(string(list.text))")
      }
    }
  }

  @Test func whoEditsItDeletesTheWord() throws {
    let sealed = string(try TrustList.parse(text).serialize())
    let edited = sealed.replacing("gpio.write:pump", with: "gpio.write:relay")
    let error = #expect(throws: TrustListError.self) { try TrustList.parse(utf8(edited)) }
    #expect(error == TrustListError(line: 6, column: 0, reason: .seal))
    #expect(error.flatMap { $0.reason.advice }.map { "\($0)" }?.contains("delete the word sealed from line 1") == true)
    // With the blank before the word or without it, and with a line behind the seal that is left over.
    for header in ["peernet-trust 1\n", "peernet-trust 1 \n"] {
      let byHand =
        edited.replacing("peernet-trust 1 sealed\n", with: header) + "\(string(PublicKey(1, 2, 3, 4).text)) new\n"
      var list = try TrustList.parse(utf8(byHand))
      #expect(!list.isSealed && list.entries.count == 4)
      #expect(list.entries[0].grants.allows(utf8("gpio.write"), argument: utf8("relay")))
      // The next change by our tools seals it again; the old seal is gone.
      try list.setWire(.two, for: PublicKey(1, 2, 3, 4))
      let again = list.serialize()
      #expect(string(again).split(separator: "# seal ").count == 2)
      #expect(try TrustList.parse(again).entries == list.entries)
    }
  }

  @Test func aListOfALaterVersionHasTheSameSeal() throws {
    let later = try TrustList.parse(utf8("peernet-trust 2\ngroup admins\n\(alice) a allow=x\n"))
    let sealed = later.serialize()
    let read = try TrustList.parse(sealed)
    #expect(read.isSealed && read.formatVersion == 2 && read.entries == later.entries)
    for count in 0..<sealed.count { #expect(refusal(Array(sealed[..<count])) != nil) }
  }
}
