import Foundation
import Vectors

/// Writes the recorded bytes that each fuzz target starts from: `Seeds DIRECTORY` makes `DIRECTORY/TARGET/NUMBER`.
@main
struct Seeds {
  static func main() throws {
    let vectors = Vectors.peerNet1
    let terms = (vectors.list("etf").map { $0.bytes("etf") } + vectors.list("etf_decode").map { $0.bytes("bytes") })
    let seeds: KeyValuePairs<String, [[UInt8]]> = [
      "ETF": terms,
      "TermText": terms + vectors.list("etf").map { Array($0.text("term").utf8) },
    ]
    let directory = URL(fileURLWithPath: CommandLine.arguments[1])
    for (target, inputs) in seeds {
      let folder = directory.appendingPathComponent(target)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (number, input) in inputs.enumerated() {
        try Data(input).write(to: folder.appendingPathComponent("\(number)"))
      }
    }
  }
}
