import Foundation
import Programs
import TestKit
import Testing

/// What scripts tell while they are at work.
@Suite struct StageTests {
  /// Runs the lines of bash behind `. Scripts/stages`.
  private func run(_ lines: String, onTerminal: Bool = false) async throws -> Command {
    let script = "set -euo pipefail; cd '\(Repository.root.path)'; . Scripts/stages; trap stages_broken EXIT; \(lines)"
    guard onTerminal else { return try await Command.run(["bash", "-c", script]) }
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    try folder.write("script", script)
    return try await Command.run(
      ["script", "-qefc", "bash '\(folder.path("script"))'", "/dev/null"], environment: ["TERM": "xterm"])
  }

  @Test func aTerminalSeesTheSecondsPass() async throws {
    let told = try await run("stage 'the agent'; sleep 2.5; stage 'the rest'; stages_over; echo done", onTerminal: true)
    let text = told.output.replacingOccurrences(of: "\r\n", with: "\n")
    #expect(told.status == 0 && text.contains("\r") && text.contains("\u{1b}[K"), "\(text)")
    let agent = text.components(separatedBy: "the agent").count - 1
    #expect(agent >= 3 && text.firstMatch(of: /\rthe agent +[2-9] s/) != nil, "\(text)")
    #expect(text.firstMatch(of: /\n(\r)?the rest/) != nil && text.hasSuffix("done\n"), "\(text)")
  }

  @Test func elsewhereAStageIsALineAtBothEnds() async throws {
    let told = try await run("stage 'the agent'; stage 'the rest'; stages_over; echo done")
    let lines = told.errors.split(separator: "\n").map { $0.replacing(/[ ]+[0-9]+ s$/, with: ", n s") }
    #expect(lines == ["the agent", "the agent, n s", "the rest", "the rest, n s"], "\(told)")
    #expect(told.output == "done\n" && told.status == 0)
  }

  @Test func swiftPackageManagersCountIsTold() async throws {
    let told = try await run(
      "log=$(mktemp); stage 'the agent' $log; quietly $log printf '[1/9] Compiling\\n[8/9] Linking\\n'; stages_over; rm $log"
    )
    #expect(told.errors.hasSuffix(" s  [8/9]\n") && told.output.isEmpty, "\(told)")
  }

  @Test(arguments: [false, true]) func whatFailsIsShownAndEndsTheScript(onTerminal: Bool) async throws {
    let told = try await run(
      "log=$(mktemp); stage 'the agent' $log; quietly $log sh -c 'echo broken; exit 5'; echo never",
      onTerminal: onTerminal)
    let said = (onTerminal ? told.output : told.errors).replacingOccurrences(of: "\r\n", with: "\n")
    #expect(told.status == 5 && said.hasSuffix("\nbroken\n") && !said.contains("never"), "\(told)")
  }

  @Test func whatRunsAsideIsWaitedFor() async throws {
    let told = try await run(
      """
      log=$(mktemp); aside $log sh -c 'sleep 1; echo "[8/9] Linking"'; stage 'the command line'
      stage 'the agent' $log; aside_over; stages_over; rm $log; echo done
      """)
    let lines = told.errors.split(separator: "\n")
    #expect(told.status == 0 && told.output == "done\n" && lines.last?.hasSuffix(" s  [8/9]") == true, "\(told)")
  }

  @Test func whatFailsAsideIsShownAndEndsTheScript() async throws {
    let told = try await run(
      "log=$(mktemp); aside $log sh -c 'echo broken; exit 5'; sleep 0.2; stage 'the agent' $log; aside_over; echo never"
    )
    #expect(told.status == 5 && told.errors.hasSuffix("broken\n") && told.output.isEmpty, "\(told)")
  }

  @Test func whatRunsAsideEndsWithItsScript() async throws {
    // What still ran would have the pipe open, and keep its reader for ten minutes. A test's process blocks signals, and what it
    // starts would as well.
    let unblocked =
      "import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execvp('bash', sys.argv)"
    let script =
      ". '\(Repository.path("Scripts/stages"))'; trap stages_broken EXIT; aside /dev/stderr sleep 600; sleep 0.2; exit"
    let told = try await Command.run(["python3", "-c", unblocked, "-c", "bash -c \"$0\" 2>&1 | cat", script])
    #expect(told.status == 0 && told.duration < .seconds(300), "\(told)")
  }

  @Test func aStageEndsWithItsScript() async throws {
    // What is still there a second later has the pipe open, and keeps its reader.
    let told = try await run("stage 'the agent'; kill -KILL $$")
    #expect(told.status == -SIGKILL)
    let piped = try await Command.run(
      ["bash", "-c", "bash -c '. \"$0\"; stage x; kill -KILL $$' '\(Repository.path("Scripts/stages"))' 2>&1 | cat"])
    #expect(piped.status == 0 && piped.output.hasPrefix("x"), "\(piped)")
  }

  @Test func whoNamesNoBoardIsToldWhichThereAre() async throws {
    let told = try await Command.run([Repository.path("Scripts/image")])
    #expect(told.status == 64 && told.output.isEmpty)
    let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.path("board")).filter {
      $0 != "common" && FileManager.default.fileExists(atPath: Repository.path("board/\($0)/profile"))
    }
    #expect(folders.count >= 4)
    for folder in folders { #expect(told.errors.contains("\n  \(folder) "), "\(told.errors)") }
    #expect(told.errors.contains("Raspberry Pi 4") && told.errors.contains("make image BOARD="), "\(told.errors)")
    let wrong = try await Command.run([Repository.path("Scripts/image"), "common"])
    #expect(wrong.status == 64)
  }
}
