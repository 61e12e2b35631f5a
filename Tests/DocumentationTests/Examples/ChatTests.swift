import Testing

@Suite struct ChatTests {
  @Test func twoFriendsFindEachOtherAndTalk() async throws {
    let alice = try Example("chat", "--home", "FOLDER", "--local")
    let bob = try Example("chat", "--home", "FOLDER", "--local")
    let (aliceKey, bobKey) = (try await alice.key(), try await bob.key())
    #expect(aliceKey.count == 52 && bobKey.count == 52 && aliceKey != bobKey)
    try alice.type("/pair \(bobKey) Bob")
    try await alice.line(with: "* Bob may write to you")
    // A friend who was not added writes to nobody.
    try bob.type("hello?")
    try bob.type("/pair \(aliceKey) Alice")
    try await alice.line(with: "* Bob is here")
    try await bob.line(with: "* Alice is here")
    try alice.type("Hello Bob, all well?")
    try await bob.line(with: "Alice: Hello Bob, all well?")
    try bob.type("Very. \u{1b}[2J")
    try await alice.line(with: "Bob: Very. [2J")
    #expect(!alice.printed.contains("hello?"))
    try alice.type("/who")
    #expect(try await alice.line(with: "Bob is here") != "")
    try alice.type("/pair nonsense")
    try await alice.line(with: "! /pair KEY NAME")
    try alice.closeInput()
    #expect(try await alice.end() == 0)
    try await bob.line(with: "* Alice has left")
    try bob.closeInput()
    #expect(try await bob.end() == 0)
  }
}
