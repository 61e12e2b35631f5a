import Sodium
import Testing

@testable import PeerNet

@Suite struct NumberedListTests {
  private struct Item: Numbered, Equatable { let number: UInt64 }

  /// Whatever is taken out where, the rest stays in order and is found.
  @Test(arguments: 0..<4) func anyOrderOfChanges(seed: UInt8) {
    var random = RandomStream(seed: [UInt8](repeating: seed, count: 32))
    var list = NumberedList<Item>()
    var model: [UInt64] = []
    for number in 1...3_000 as ClosedRange<UInt64> {
      list.append(Item(number: number))
      model.append(number)
      switch random.below(8) {
      case 0...3: #expect(list.remove(model[0])?.number == model.removeFirst())
      case 4, 5:
        let taken = model.remove(at: Int(random.below(UInt64(model.count))))
        #expect(list.remove(taken) == Item(number: taken) && list.remove(taken) == nil)
      case 6:
        let bound = model[model.count / 2]
        #expect(
          list.take { $0.number < bound && $0.number % 3 == 0 }.map(\.number)
            == model.filter { $0 < bound && $0 % 3 == 0 })
        model.removeAll { $0 < bound && $0 % 3 == 0 }
      default: break
      }
      #expect(list.elements.map(\.number) == model && list.count == model.count && list.isEmpty == model.isEmpty)
      #expect(list.remove(0) == nil && list.remove(number + 1) == nil)
    }
  }
}
