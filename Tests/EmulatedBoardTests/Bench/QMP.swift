import Foundation
import Programs
import TestKit

/// The emulator's own control socket: what happened to the machine, and when.
final class QMP: Sendable {
  struct Event: Sendable {
    let name: String
    /// Whether the guest itself asked for it; nil where the event does not say.
    let guest: Bool?
    let at: ContinuousClock.Instant
  }

  private let socket: LineSocket

  init(path: String) async throws {
    socket = try await LineSocket(path: path)
    try await execute("qmp_capabilities")
  }

  /// Carries out a command and returns the JSON of its whole answer.
  @discardableResult
  func execute(_ command: String, _ arguments: [String: String] = [:]) async throws -> Data {
    let from = socket.count
    let identifier = UUID().uuidString
    let message: [String: Any] = ["execute": command, "arguments": arguments, "id": identifier]
    try socket.send(String(decoding: try JSONSerialization.data(withJSONObject: message), as: UTF8.self) + "\n")
    let answer = try await socket.line(from: from, "answer to \(command)", within: .seconds(120)) {
      $0.contains(identifier)
    }
    guard !answer.text.contains("\"error\"") else { throw Command.Failed(description: answer.text) }
    return Data(answer.text.utf8)
  }

  /// Plugs the cable of a network device in or out.
  func setLink(_ device: String, up: Bool) async throws {
    let from = socket.count
    try socket.send(
      #"{"execute":"set_link","arguments":{"name":"\#(device)","up":\#(up)},"id":"link"}"# + "\n")
    _ = try await socket.line(from: from, "answer to set_link", within: .seconds(120)) { $0.contains(#""link""#) }
  }

  /// A mark: events after it are those that came later.
  var mark: Int { socket.count }

  func events(after mark: Int = 0) -> [Event] { socket.lines(from: mark).compactMap(Self.event) }

  /// Waits for an event of that name after the mark.
  func event(_ name: String, after mark: Int, within limit: Duration) async throws -> Event {
    try await wait(for: "event \(name) of the machine", within: limit) {
      self.events(after: mark).first { $0.name == name }
    }
  }

  /// Where in the machine's tree a device of `type` stands.
  func path(ofType type: String) async throws -> String {
    let answer = try await execute("qom-list", ["path": "/machine/unattached"])
    let object = try JSONSerialization.jsonObject(with: answer) as? [String: Any]
    for entry in object?["return"] as? [[String: Any]] ?? [] {
      if let kind = entry["type"] as? String, kind.contains(type), let name = entry["name"] as? String {
        return "/machine/unattached/" + name
      }
    }
    throw Command.Failed(description: "the machine has no \(type)")
  }

  private static func event(_ line: LineSocket.Line) -> Event? {
    guard line.text.hasPrefix("{\"timestamp\"") || line.text.contains("\"event\""),
      let object = try? JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: Any],
      let name = object["event"] as? String
    else { return nil }
    return Event(name: name, guest: (object["data"] as? [String: Any])?["guest"] as? Bool, at: line.at)
  }
}
