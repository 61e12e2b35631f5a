import Boards
import Glibc
import PeerNet
import PeerNetClient
import Testing

@testable import peernet

/// How a person may say where a peer is.
@Suite struct AddressTests {
  @Test func numbersStandForThemselves() throws {
    #expect(try AddressArgument("192.0.2.7:4040").endpoints == [try #require(Endpoint("192.0.2.7:4040"))])
    #expect(try AddressArgument("[fe80::1%1]:9").endpoints == [try #require(Endpoint("[fe80::1%1]:9"))])
  }

  @Test func anInterfaceHasAName() throws {
    #expect(if_nametoindex("lo") != 0)
    let endpoint = try #require(Endpoint("[fe80::1%\(if_nametoindex("lo"))]:9"))
    #expect(try AddressArgument("[fe80::1%lo]:9").endpoints == [endpoint])
  }

  /// Whatever a name stands for is tried.
  @Test func aNameIsLookedUp() async throws {
    let endpoints = try AddressArgument("localhost:9").endpoints
    #expect(endpoints.contains(try #require(Endpoint("127.0.0.1:9"))))
    let laptop = try Laptop()
    let board = try await AnsweringBoard(45, trusting: laptop.key(), ["echo": { $0.arguments }])
    let key = String(decoding: board.key.text, as: UTF8.self)
    #expect(try await laptop.run("pair", key, "board").status == 0)
    let call = try await laptop.run("call", "board", "echo", "1", "--at", "localhost:\(board.port)")
    #expect(call.status == 0 && call.output == "1\n", "\(call.talk)")
    #expect(try await laptop.run("pair", key, "board", "--at", "localhost:9").status == 0)
    let known = try #require(try await laptop.run("peers", "--json").json.first?["addresses"] as? [String])
    #expect(known.contains("127.0.0.1:9"))
    await board.node.stop()
  }
}
