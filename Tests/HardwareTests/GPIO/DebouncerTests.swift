import Testing

@testable import Hardware

@Suite struct DebouncerTests {
  @Test func aLevelCountsOnceItHasStoodForThePeriod() {
    var debouncer = Debouncer(period: 20, level: false, at: 100)
    #expect(debouncer.value(at: 100) == false)
    debouncer.edge(to: true, at: 200)
    #expect(debouncer.value(at: 219) == false)
    #expect(debouncer.value(at: 220) == true)
  }

  @Test func bouncesDoNotCount() {
    var debouncer = Debouncer(period: 20, level: false, at: 0)
    for (index, time) in stride(from: UInt64(100), through: 190, by: 10).enumerated() {
      debouncer.edge(to: index.isMultiple(of: 2), at: time)
      #expect(debouncer.value(at: time + 9) == false)
    }
    // The last of them was a fall: nothing has happened.
    #expect(debouncer.value(at: 1000) == false)
    debouncer.edge(to: true, at: 2000)
    debouncer.edge(to: false, at: 2005)
    debouncer.edge(to: true, at: 2010)
    #expect(debouncer.value(at: 2029) == false)
    #expect(debouncer.value(at: 2030) == true)
  }

  @Test func aLevelThatStoodCountsAlthoughNobodyLookedThen() {
    var debouncer = Debouncer(period: 20, level: false, at: 0)
    debouncer.edge(to: true, at: 100)
    debouncer.edge(to: false, at: 150)
    #expect(debouncer.value(at: 160) == true)
    #expect(debouncer.value(at: 170) == false)
  }

  @Test func aMissingEdgeStartsTheTimeAnew() {
    var debouncer = Debouncer(period: 20, level: false, at: 0)
    debouncer.edge(to: true, at: 100)
    debouncer.edge(to: true, at: 115)
    #expect(debouncer.value(at: 134) == false)
    #expect(debouncer.value(at: 135) == true)
  }

  @Test func whatTheLineShowsBeatsEdgesFromBefore() {
    var debouncer = Debouncer(period: 20, level: false, at: 0)
    debouncer.observe(true, at: 100)
    debouncer.edge(to: false, at: 90)
    #expect(debouncer.value(at: 119) == false)
    #expect(debouncer.value(at: 120) == true)
    debouncer.observe(true, at: 125)
    #expect(debouncer.value(at: 125) == true)
  }

  @Test func timesMayBeAnything() {
    var debouncer = Debouncer(period: 20, level: false, at: .max)
    debouncer.edge(to: true, at: 0)
    #expect(debouncer.value(at: 0) == false)
    #expect(debouncer.value(at: .max) == false)
    debouncer.edge(to: true, at: .max)
    #expect(debouncer.value(at: .max) == false)

    var immediate = Debouncer(period: 0, level: false, at: 5)
    immediate.edge(to: true, at: 5)
    #expect(immediate.value(at: 5) == true)
  }
}
