import Basics
import Dispatch
import ETF
import Linux
import PeerNet
import PeerNetClient
import PeerNetClientLinux
import Sodium

/// Two nodes of the library over TCP on loopback, each on a reactor and a thread of its own. One calls the other's `echo`.
final class LibraryPair {
  private let caller: PeerNode
  private let answerer: PeerNode
  private let peer: PublicKey

  init() throws {
    let laptop = MemoryStore()
    let board = MemoryStore()
    peer = board.publicKey
    caller = try Self.node(laptop, trusting: board.publicKey, listen: nil)
    answerer = try Self.node(board, trusting: laptop.publicKey, listen: .loopback(port: 0))
    try waiting { [caller, answerer, peer] in
      await answerer.expose("echo") { $0.arguments }
      try await answerer.start()
      try await caller.start()
      guard let port = await answerer.port else { throw BenchError("the library does not listen") }
      try await caller.connect(to: peer, at: [.loopback(port: port)])
    }
  }

  private static func node(_ store: MemoryStore, trusting other: PublicKey, listen: Endpoint?) throws -> PeerNode {
    _ = try store.changeTrust {
      try $0.add(TrustEntry(key: other, label: Array("other".utf8), grants: .everything, wire: .two))
    }
    var configuration = PeerNode.Configuration(store: store)
    configuration.network = Network(listen: listen, discoveryPort: nil)
    configuration.connectsAutomatically = false
    return try PeerNode(configuration)
  }

  /// Nanoseconds of each of `count` calls, one after another, as an application's task sees them.
  func roundTrips(size: Int, count: Int) throws -> [Double] {
    try waiting { [caller, peer] in
      let arguments = Term.binary([UInt8](repeating: 7, count: size))
      var times: [Double] = []
      times.reserveCapacity(count)
      for _ in 0..<count {
        let start = Clock.now()
        _ = try await caller.call(peer, "echo", arguments)
        times.append(Double((Clock.now() - start).nanoseconds))
      }
      return times
    }
  }

  func stop() throws {
    try waiting { [caller, answerer] in
      await caller.stop()
      await answerer.stop()
    }
  }
}

/// What an asynchronous body returns, for a thread that has nothing to do until then.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
  let outcome = Outcome<Value>()
  let done = DispatchSemaphore(value: 0)
  Task.detached {
    do { outcome.result = .success(try await body()) } catch { outcome.result = .failure(error) }
    done.signal()
  }
  done.wait()
  return try outcome.result!.get()
}

/// Written by the task before it signals, read after that.
private final class Outcome<Value>: @unchecked Sendable {
  var result: Result<Value, any Error>?
}
