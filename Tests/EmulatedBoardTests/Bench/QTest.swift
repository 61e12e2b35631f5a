import Programs

/// The wires of the machine's GPIO chip (PL061, eight lines), held from outside by the emulator's test protocol.
final class QTest: Sendable {
  private static let chip: UInt64 = 0x0903_0000
  private let socket: LineSocket
  private let device: String

  /// `device` is the chip's place in the machine's tree.
  init(path: String, device: String) async throws {
    socket = try await LineSocket(path: path)
    self.device = device
  }

  /// Pulls a line high or low, as a switch on the pin would.
  func pull(_ line: Int, high: Bool) async throws {
    _ = try await ask("set_irq_in \(device) unnamed-gpio-in \(line) \(high ? 1 : 0)")
  }

  /// What the chip drives on a line, nil where the line is an input.
  func driven(_ line: Int) async throws -> Bool? {
    // The data register's address masks which lines are read; the one behind it has a bit for each output.
    let levels = try await read(Self.chip + 0x3fc)
    let directions = try await read(Self.chip + 0x400)
    return directions & (1 << UInt64(line)) == 0 ? nil : levels & (1 << UInt64(line)) != 0
  }

  private func read(_ address: UInt64) async throws -> UInt64 {
    let answer = try await ask("readl 0x\(String(address, radix: 16))")
    guard let value = answer.split(separator: " ").last.flatMap({ UInt64($0.dropFirst(2), radix: 16) }) else {
      throw Command.Failed(description: "readl answered \(answer)")
    }
    return value
  }

  private func ask(_ command: String) async throws -> String {
    let from = socket.count
    try socket.send(command + "\n")
    let answer = try await socket.line(from: from, "answer to \(command)", within: .seconds(120)) {
      $0.hasPrefix("OK") || $0.hasPrefix("FAIL") || $0.hasPrefix("ERR")
    }
    guard answer.text.hasPrefix("OK") else { throw Command.Failed(description: "\(command): \(answer.text)") }
    return answer.text
  }
}
