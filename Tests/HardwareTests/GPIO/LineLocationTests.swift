import Admin
import Testing

@testable import Hardware

@Suite struct LineLocationTests {
  private let chips = [
    GPIOChip(number: 3, label: Array("soc".utf8), lines: ["SDA1", "", "GPIO2", "TWICE"].map { Array($0.utf8) }),
    GPIOChip(number: 0, label: Array("expander".utf8), lines: ["SDA1", "P0", "TWICE", "TWICE"].map { Array($0.utf8) }),
    GPIOChip(number: 1, label: Array("twin".utf8), lines: [Array("A".utf8)]),
    GPIOChip(number: 2, label: Array("twin".utf8), lines: [Array("B".utf8)]),
  ]

  private func place(_ location: LineProfile.Location) -> [UInt32]? {
    guard let place = try? location.find(in: chips) else { return nil }
    return [place.chip, place.offset]
  }

  private func fault(_ location: LineProfile.Location, in chips: [GPIOChip]? = nil) -> GPIOLineError? {
    do throws(GPIOLineError) {
      _ = try location.find(in: chips ?? self.chips)
      return nil
    } catch {
      return error
    }
  }

  private func name(_ line: String, chip: String? = nil) -> LineProfile.Location {
    .name(Array(line.utf8), chip: chip.map { Array($0.utf8) })
  }

  @Test func aLineIsFoundByItsName() {
    #expect(place(name("GPIO2")) == [3, 2])
    #expect(place(name("P0")) == [0, 1])
    #expect(place(name("B")) == [2, 0])
  }

  @Test func aChipSettlesWhichLineIsMeant() {
    #expect(fault(name("SDA1")) == .ambiguous)
    #expect(place(name("SDA1", chip: "expander")) == [0, 0])
    #expect(fault(name("TWICE", chip: "expander")) == .ambiguous)
    #expect(place(name("TWICE", chip: "soc")) == [3, 3])
    #expect(place(name("B", chip: "twin")) == [2, 0])
  }

  @Test func aLineIsFoundByItsOffset() {
    #expect(place(.offset(1, chip: Array("soc".utf8))) == [3, 1])
    #expect(fault(.offset(0, chip: Array("twin".utf8))) == .ambiguous)
  }

  @Test func whatIsNotThereIsNamed() {
    #expect(fault(name("GPIO3")) == .noLine)
    #expect(fault(name("GPIO3"), in: []) == .noLine)
    #expect(fault(name("GPIO2", chip: "expander")) == .noLine)
    #expect(fault(name("GPIO2", chip: "gone")) == .noChip)
    #expect(fault(.offset(4, chip: Array("soc".utf8))) == .noLine)
    #expect(fault(.offset(.max, chip: Array("soc".utf8))) == .noLine)
    #expect(fault(.offset(0, chip: Array("gone".utf8))) == .noChip)
  }
}
