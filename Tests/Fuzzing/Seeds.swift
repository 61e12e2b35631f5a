import Foundation
import Vectors

/// Writes the recorded bytes that each fuzz target starts from: `Seeds DIRECTORY` makes `DIRECTORY/TARGET/NUMBER`.
@main
struct Seeds {
  static func main() throws {
    let vectors = Vectors.peerNet1
    let terms = (vectors.list("etf").map { $0.bytes("etf") } + vectors.list("etf_decode").map { $0.bytes("bytes") })
    let key = String(repeating: "A", count: 52)
    let seeds: KeyValuePairs<String, [[UInt8]]> = [
      "ETF": terms,
      "KeyFile": vectors.list("keyfiles").map { $0.bytes("identity_keys") }
        + vectors.list("keyfile_decode").map { $0.bytes("bytes") },
      "Datagram": vectors.list("udp_decode").map { $0.bytes("datagram") }.map { [UInt8($0.count)] + $0 },
      "Noise": (0..<16).map { [UInt8($0), 0] }
        + vectors.list("handshakes").flatMap { handshake in
          [(8, "m1_frame"), (10, "m2_frame"), (12, "m3_frame")].map { [$0] + handshake.bytes($1).dropFirst(10) }
        },
      "TrustList": ["", "\(key) board allow=wifi.*,gpio.write:pump wire=2 x=1\n#\n"].map {
        Array("peernet-trust 1\n\($0)".utf8)
      } + [Array("peernet-trust 1 sealed\n# seal 23 f48bbad7bff029e6f878acfef4d7f3ea\n".utf8)],
      "PeerMemory": ["192.168.1.5:4040", "[fe80::1%3]:4040", "peernet-peers 1\n\(key) wire=2 at=10.0.0.1:4040 x=1\n"]
        .map {
          Array($0.utf8)
        },
      "BeamTrustFile": vectors.object("trust_files").list("steps").map { $0.bytes("trust_bin") }
        + vectors.list("trust_decode").map { $0.bytes("bytes") },
      "Grants": ["*", "wifi.*,gpio.write:pump", "system.info"].map { Array($0.utf8) },
      "Frame": frames(vectors),
      "Probe": [
        [3, 255, 255, 0, 1, 1, 0, 4, 2, 1, 1, 1, 1, 2, 49, 9, 9], [0, 7, 2, 20, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0],
      ],
      "Envelope": said(vectors),
      "Session": sessions(vectors),
      "SlotEnvironment": [
        "seq=1\0slot=a\0trial=-\0tries=0\0failed=-\0reason=-\0\0", "seq=7f\0slot=b\0trial=a\0tries=3\0\0",
      ].map { Array(($0 + $0).utf8) },
      "SlotImage": [
        Array("hsqs".utf8) + zeros(36) + [0, 2] + zeros(4054) + Array("PNSLOT1\n".utf8) + [1, 0, 0, 0, 8, 0, 0, 0]
          + Array("1.0".utf8) + zeros(29) + Array("rpi4".utf8) + zeros(28) + zeros(600),
        Array("PNSLOT1\n".utf8) + [1, 0, 0, 0, 8, 0, 0, 0] + Array("1.0".utf8) + zeros(29) + Array("rpi4".utf8),
      ],
      "Provision": [
        [8] + Array("hostname".utf8) + [1, 0, 0, 0, 97],
        [5] + Array("trust".utf8) + [UInt8(16 + 59), 0, 0, 0] + Array("peernet-trust 1\n\(key) board\n".utf8),
      ],
      "RevocationLog": [zeros(256), Array("RVK1".utf8) + zeros(188)],
      "OnceJournal": [
        Array("peernet-once 1\n".utf8),
        Array("peernet-once 2\nCALL".utf8) + [57, 0, 2] + zeros(48) + [131, 104, 2, 100, 0, 2, 111, 107] + zeros(8),
        // A start, whole and right.
        Array("peernet-once 1\n".utf8) + started,
      ],
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

  /// A record of the journal of once-only calls, with its checksum.
  private static var started: [UInt8] {
    Array("CALL".utf8) + [75, 0, 1] + zeros(72) + Array("b1".utf8) + [24, 252, 87, 199, 236, 51, 197, 227]
  }

  private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

  private static func frames(_ vectors: Vectors) -> [[UInt8]] {
    vectors.list("handshakes").map { handshake in
      var stream: [UInt8] = [7]
      for name in ["m1_frame", "m2_frame", "m3_frame"] { stream += handshake.bytes(name) }
      return stream
    }
  }

  /// Recorded plaintexts of both directions.
  private static func said(_ vectors: Vectors) -> [[UInt8]] {
    let channel = vectors.object("channel")
    let recorded = channel.list("initiator_to_responder") + channel.list("responder_to_initiator")
    return recorded.map { $0.bytes("plaintext") }
  }

  /// Each of the attacks on each wire and by either dialler; what a BEAM peer says, sealed; and what it refused.
  private static func sessions(_ vectors: Vectors) -> [[UInt8]] {
    var programs: [[UInt8]] = []
    for choice in UInt8(0)..<8 {
      var program: [UInt8] = [choice]
      for operation in UInt8(0)..<16 { program += [operation, 3, 1, 2, 3, 0, 200] }
      programs.append(program)
      for plaintext in said(vectors) {
        let sealed: [UInt8] = choice & 1 == 0 ? plaintext : [0] + plaintext
        var program: [UInt8] = [choice, 4, UInt8(sealed.count)]
        program += sealed
        program += [0, 200]
        programs.append(program)
      }
    }
    for refusal in vectors.list("handshake_refusals") {
      let bytes = refusal.bytes("bytes")
      var program: [UInt8] = [0, 1, 5, 2, UInt8(bytes.count)]
      program += bytes
      programs.append(program)
    }
    return programs
  }
}
