import Admin
import Boards
import Disk
import Foundation
import Images
import PeerNet
import PeerNetClient
import Sodium
import Testing

@testable import peernet

/// `peernet provision` by the built binary.
@Suite(.serialized) struct ProvisionCommandTests {
  private static let secret = "hidden pass phrase"

  private func expect(
    _ outcome: Laptop.Outcome, _ status: Admin.ExitStatus, _ talk: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status.rawValue, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.talk.contains(talk), "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.talk.split(separator: "\n").count == 1, "\(outcome.talk)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  }

  private func record(_ image: TestImage, _ name: String, _ copy: DiskCopy = .first) throws -> Provision {
    try Provision.decode(image.bytes(name, DiskLayout.provision(copy)))
  }

  private func key(_ provision: Provision) throws -> PublicKey {
    try KeyFile.decode(try #require(provision.contents(Provision.identity))).publicKey
  }

  @Test func anImageCarriesAllOfIt() async throws {
    let (laptop, image) = (try Laptop(), try TestImage())
    let ours = try await laptop.key()
    let other = NamingTests.key(9)
    #expect(try await laptop.run("pair", other.description, "bench").status == 0)
    let password = try image.write("pw", Self.secret + "\n")
    let profile = try image.write("board.conf", "[gpio pump]\nline = GPIO17\n")
    let outcome = try await laptop.run(
      "provision", image.path, "--trust", "laptop", "--trust", "bench:system.*", "--wifi", "green house", "--country",
      "DE",
      "--hostname", "g-07", "--out", image.file("g-07.img"), "--wifi-password-file", password, "--profile", profile,
      "--label", image.file("g-07.svg"))
    #expect(outcome.status == 0, "\(outcome.talk)")
    #expect(!(outcome.output + outcome.talk).contains(Self.secret))

    let first = try record(image, "g-07.img")
    #expect(try record(image, "g-07.img", .second) == first)
    #expect(first.contents(Provision.hostname) == Array("g-07".utf8))
    let wifi = String(decoding: try #require(first.contents(Provision.wifi)), as: UTF8.self)
    #expect(
      wifi.contains("psk=\"\(Self.secret)\"") && wifi.contains("ssid=\"green house\"") && wifi.contains("country=DE"))
    #expect(first.contents(Provision.board) == Array("[gpio pump]\nline = GPIO17\n".utf8))
    let trust = try TrustList.parse(try #require(first.contents(Provision.trust)))
    #expect(trust.entries.map(\.key) == [ours, other])
    #expect(trust.entries.map { String(decoding: $0.grants.text, as: UTF8.self) } == ["*", "system.*"])
    let key = try key(first)
    #expect(
      outcome.output.contains("key          \(key)\n")
        && outcome.output.contains("fingerprint  \(key.fingerprintText)\n"))

    // Nothing else of the image changed, it is as sparse as it was, and nobody else may read it.
    for index in [0, 1, 3, 4, 64, 448, 959] {
      #expect(try image.bytes("g-07.img", mebibyte: index) == image.bytes(mebibyte: index), "MiB \(index)")
    }
    #expect(try image.mode("g-07.img") == 0o600 && image.room("g-07.img") < 4 << 20)
    #expect(try String(contentsOfFile: image.file("g-07.svg"), encoding: .utf8).contains(">g-07</text>"))

    // It is paired here, and may call nothing.
    let peers = try await laptop.run("peers", "--json").json
    let peer = try #require(peers.first { $0["label"] as? String == "g-07" })
    #expect(peer["key"] as? String == key.description && (peer["allow"] as? [String])?.isEmpty == true)
  }

  @Test func whatItCarriesIsShownWithoutSecrets() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    expect(try await laptop.run("provision", "--show", image.path), .data, "not provisioned")
    let password = try image.write("pw", Self.secret)
    let made = try await laptop.run(
      "provision", image.path, "--trust", "me", "--wifi", "Küche \"x\"", "--country", "DE", "--hostname", "g", "--out",
      image.file("g.img"), "--wifi-password-file", password, "--json")
    let told = try #require(try made.json.first)
    #expect(told["label"] as? String == "g" && told["paired"] as? Bool == true && told["board"] as? String == "rpi4")
    let shown = try await laptop.run("provision", "--show", image.file("g.img"))
    let json = try await laptop.run("provision", "--show", image.file("g.img"), "--json")
    #expect(
      shown.output.contains("wifi         Küche \"x\", with a password, country DE (Germany)\n"), "\(shown.output)")
    #expect(shown.output.contains("which may call *\n") && shown.output.contains("\nboard        rpi4\n"))
    let object = try #require(try json.json.first)
    #expect(object["key"] as? String == told["key"] as? String && object["password"] as? Bool == true)
    #expect(object["wifi"] as? String == "Küche \"x\"" && object["board"] as? String == "rpi4")
    let pair = try #require(try record(image, "g.img").contents(Provision.identity))
    let hex = pair.suffix(32).map { String(format: "%02x", $0) }.joined()
    for text in [shown.output, json.output] { #expect(!text.contains(Self.secret) && !text.lowercased().contains(hex)) }
  }

  @Test func nothingIsReplacedUnlessItIsSaid() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    func run(_ source: String, _ name: String, _ out: String, _ more: String...) async throws -> Laptop.Outcome {
      // Laptop.run takes its arguments one by one.
      try await laptop.shell(
        "shift; exec \"$0\" provision \"$@\" \(more.joined(separator: " "))", image.file(source), "--trust", "me",
        "--hostname",
        name, "--out", image.file(out))
    }
    #expect(try await run("edge.img", "a", "a.img").status == 0)
    let first = try key(record(image, "a.img"))
    expect(try await run("edge.img", "b", "a.img"), .exists, "there already")
    expect(try await run("a.img", "b", "b.img"), .exists, "for a")
    expect(try await run("a.img", "b", "a.img"), .exists, "for a")
    expect(try await run("edge.img", "a", "c.img"), .data, "knows another board as a, \(first.fingerprintText)")
    #expect(!FileManager.default.fileExists(atPath: image.file("b.img")))
    #expect(!FileManager.default.fileExists(atPath: image.file("c.img")))
    #expect(try key(record(image, "a.img")) == first)
    #expect(try await laptop.run("peers", "--json").json.count == 1)
    // In place, with what was longer before; the new one is another board.
    let changed = try await run("a.img", "b", "a.img", "--force", "--no-pair")
    #expect(changed.status == 0 && changed.talk.contains("Not paired"), "\(changed.talk)")
    let second = try record(image, "a.img")
    #expect(try key(second) != first && record(image, "a.img", .second) == second)
    #expect(try await laptop.run("peers", "--json").json.count == 1)
    // With the same key it is the same board.
    let keys = image.file("kept.keys")
    try Data(try #require(second.contents(Provision.identity))).write(to: URL(fileURLWithPath: keys))
    #expect(try await run("edge.img", "b", "d.img", "--identity", keys).status == 0)
    #expect(try key(record(image, "d.img")) == key(second))
    expect(
      try await run("edge.img", "x", "x.img", "--identity", laptop.file("identity.keys")), .data, "own key")
    expect(try await run("edge.img", "x", "x.img", "--identity", image.path), .data, "no key in")
  }

  @Test func aLongerRecordLeavesNothingBehind() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    let profile = try image.write("board.conf", String(repeating: "# long\n", count: 5_000))
    #expect(
      try await laptop.run(
        "provision", image.path, "--trust", "me", "--hostname", "a", "--out", image.path, "--profile", profile
      ).status == 0)
    #expect(
      try await laptop.run(
        "provision", image.path, "--trust", "me", "--hostname", "b", "--out", image.path, "--force"
      ).status == 0)
    for copy in DiskCopy.allCases {
      let area = try image.bytes("edge.img", DiskLayout.provision(copy))
      #expect(area[4_096...].allSatisfy { $0 == 0 })
    }
  }

  /// Runs the command on a terminal and answers each question for a password once it is asked.
  private func typing(_ answers: [String], _ laptop: Laptop, _ image: TestImage, _ command: String) async throws
    -> Laptop.Outcome
  {
    let log = try image.write("terminal", "")
    let typist = answers.enumerated().map { index, answer in
      "until [ $(tr '\\r' '\\n' < '\(log)' | grep -cE '^(Password of the wifi|The same once more)') -gt \(index) ]; do sleep 0.02; done; "
        + "printf '%s\\n' '\(answer)'"
    }.joined(separator: "; ")
    return try await laptop.shell(
      """
      { \(typist); } | exec script -qefc "'$0' \(command)" '\(log)'
      """)
  }

  @Test func passwordsComeFromFilesInputAndTerminals() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    func wifi(_ name: String) throws -> String {
      String(decoding: try #require(try record(image, name).contents(Provision.wifi)), as: UTF8.self)
    }
    let common = [image.path, "--trust", "me", "--wifi", "x", "--country", "DE", "--no-pair"].map { "'\($0)'" }
      .joined(separator: " ")
    let input = try await laptop.shell(
      "printf '%s\\n' '\(Self.secret)' | \"$0\" provision \(common) --hostname a --out '\(image.file("a.img"))' --wifi-password-file -"
    )
    #expect(input.status == 0, "\(input.talk)")
    #expect(try wifi("a.img").contains(Self.secret))
    // On a terminal, the first one being too short, and the next one otherwise the second time; nothing is echoed.
    let asked = try await typing(
      ["short12", Self.secret + "!", Self.secret, Self.secret, Self.secret], laptop, image,
      "provision \(common) --hostname b --out '\(image.file("b.img"))'")
    #expect(asked.status == 0 && asked.output.contains("8 to 63 characters"), "\(asked.output)")
    #expect(asked.output.components(separatedBy: "the two passwords differ").count == 2, "\(asked.output)")
    #expect(!asked.output.contains(Self.secret) && !asked.output.contains("short12"), "\(asked.output)")
    #expect(try wifi("b.img").contains("psk=\"\(Self.secret)\""))
    let open = try await laptop.run(
      "provision", image.path, "--trust", "me", "--wifi", "x", "--country", "DE", "--hostname", "c", "--out",
      image.file("c.img"), "--wifi-open")
    #expect(open.status == 0)
    #expect(try wifi("c.img").contains("key_mgmt=NONE"))
    // Where nobody can be asked.
    expect(
      try await laptop.run(
        "provision", image.path, "--trust", "me", "--wifi", "x", "--country", "DE", "--hostname", "d", "--out",
        image.file("d.img")), .usage, "--wifi-password-file")
    expect(
      try await laptop.run(
        "provision", image.path, "--trust", "me", "--wifi", "x", "--country", "DE", "--hostname", "d", "--out",
        image.file("d.img"), "--wifi-password-file", image.write("bad", "psst\u{1}" + Self.secret)), .data, "control")
  }

  @Test func mistakesAreToldBeforeAnythingIsWritten() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    let out = image.file("x.img")
    let text = try image.write("text", "no image")
    expect(try await laptop.run("provision", image.path, "--trust", "me", "--hostname", "a"), .usage, "--out")
    expect(try await laptop.run("provision", image.path, "--out", out, "--hostname", "a"), .data, "--trust laptop")
    expect(try await laptop.run("provision", image.path, "--out", out, "--trust", "me"), .data, "--hostname")
    expect(
      try await laptop.run("provision", image.path, "--out", out, "--trust", "me", "--hostname", "a.b"), .data,
      "hyphens")
    expect(
      try await laptop.run("provision", image.path, "--out", out, "--trust", "me", "--hostname", "a", "--wifi", "x"),
      .data,
      "--country")
    expect(
      try await laptop.run(
        "provision", image.path, "--out", out, "--trust", "me", "--hostname", "a", "--country", "DE"),
      .usage, "--wifi")
    expect(
      try await laptop.run("provision", text, "--out", out, "--trust", "me", "--hostname", "a"), .notAnImage, "no image"
    )
    expect(
      try await laptop.run(
        "provision", image.path, "--out", out, "--trust", "me", "--hostname", "a", "--label", "a.png"),
      .usage, ".pdf")
    expect(
      try await laptop.run(
        "provision", image.path, "--out", image.file("no/such/x.img"), "--trust", "me", "--hostname", "a"), .io,
      "No such file")
    #expect(try FileManager.default.contentsOfDirectory(atPath: image.folder).sorted() == ["edge.img", "text"])
    #expect(try await laptop.run("peers", "--json").json.isEmpty)
  }

  @Test func aTableMakesABoardARow() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: [64]))
    _ = try image.write("pw", Self.secret + "\n")
    let table = try image.write(
      "boards.csv", "hostname,wifi,wifi_password_file,country\nh-1,\"one, two\",pw,DE\nh-2,,,\n")
    let out = image.file("boards")
    let outcome = try await laptop.run(
      "provision", image.path, "--batch", table, "--out-dir", out, "--trust", "laptop", "--labels", image.file("l.pdf"))
    #expect(outcome.status == 0 && !(outcome.output + outcome.talk).contains(Self.secret), "\(outcome.talk)")
    let records = try ["boards/h-1.img", "boards/h-2.img"].map { try record(image, $0) }
    #expect(try key(records[0]) != key(records[1]))
    #expect(records[0].contents(Provision.wifi) != nil && records[1].contents(Provision.wifi) == nil)
    #expect(try image.mode("boards/h-1.img") == 0o600 && image.mode("boards") == 0o700)
    #expect(try await laptop.run("peers", "--json").json.map { $0["label"] as? String } == ["h-1", "h-2"])
    let labels = try Data(contentsOf: URL(fileURLWithPath: image.file("l.pdf")))
    #expect(labels.starts(with: Data("%PDF-1.4\n".utf8)))
    // Once more: nothing of it is replaced.
    expect(
      try await laptop.run("provision", image.path, "--batch", table, "--out-dir", out, "--trust", "laptop"), .exists,
      "h-1.img")
  }

  @Test func oneWrongRowAndNothingIsMade() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    let table = try image.write("boards.csv", "hostname,country,wifi\ngood,,\nbad,D,net\n")
    let outcome = try await laptop.run(
      "provision", image.path, "--batch", table, "--out-dir", image.file("boards"), "--trust", "laptop")
    expect(outcome, .data, "line 3, column 5: country")
    #expect(!FileManager.default.fileExists(atPath: image.file("boards")))
    #expect(try await laptop.run("peers", "--json").json.isEmpty)
  }

  @Test func aPasswordIsAskedForOnceForEachNetwork() async throws {
    let (laptop, image) = (try Laptop(), try TestImage(data: []))
    let table = try image.write("boards.csv", "hostname,wifi\na,one\nb,two\nc,one\n")
    let asked = try await typing(
      ["password one", "password one", "password two", "password two"], laptop, image,
      "provision '\(image.path)' --batch '\(table)' --out-dir '\(image.file("boards"))' --trust me --country DE")
    #expect(asked.status == 0, "\(asked.output)")
    for (name, password) in [("a", "password one"), ("b", "password two"), ("c", "password one")] {
      let wifi = try #require(try record(image, "boards/\(name).img").contents(Provision.wifi))
      #expect(String(decoding: wifi, as: UTF8.self).contains("psk=\"\(password)\""))
    }
    #expect(asked.output.components(separatedBy: "Password of the wifi").count == 3)
  }
}
