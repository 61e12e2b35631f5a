import Programs
import Testing

/// `Scripts/board shell`, to a board that this computer's shell stands in for.
@Suite struct BoardShellTests {
  @Test func everyWordReachesTheBoard() async throws {
    let board = try StandInBoard()
    let told = try await board.run(#""$@""#, "printf", "'%s|'", "slot", "'two words'", ";", "exit", "7")
    #expect(told.output == "slot|two words|" && told.status == 7, "\(told)")
  }

  @Test func theInputReachesTheCommandByteForByte() async throws {
    let board = try StandInBoard()
    // Every byte, more of them than any buffer on the way takes.
    let bytes = "LC_ALL=C awk 'BEGIN { for (i = 0; i < 4000000; i++) printf \"%c\", i % 256 }'"
    let sum = try await Command.demand(["sh", "-c", "\(bytes) | md5sum"])
    let told = try await board.run("\(bytes) | \"$@\"", "md5sum")
    #expect(told.output == sum && told.status == 0, "\(told)")
    let back = try await board.run("\(bytes) | \"$@\" | md5sum", "cat")
    #expect(back.output == sum, "\(back)")
    // Lines without a last end, empty ones, and the one that ends the input on its way.
    let lines = try await board.run(#"printf 'a\n\n.\nb' | "$@""#, "cat")
    #expect(lines.output == "a\n\n.\nb", "\(lines)")
    let none = try await board.run(#""$@" </dev/null"#, "wc", "-c")
    #expect(none.output == "0\n" && none.status == 0, "\(none)")
  }

  @Test func whatACommandLeavesOfItsInputIsNoCommand() async throws {
    let board = try StandInBoard()
    let lines = "for i in $(seq 100000); do echo 'echo executed'; done"
    let told = try await board.run("{ \(lines); } | \"$@\"", "head", "-n", "1")
    #expect(told.output == "echo executed\n" && told.status == 0, "\(told)")
    #expect(try await board.run(#""$@""#, "echo", "next").output == "next\n")
  }

  @Test func aCommandThatWantsNoInputIsNotKeptWaiting() async throws {
    let board = try StandInBoard()
    // Nobody closes the pipe before the answer is there.
    let told = try await board.run(
      #"mkfifo "$2.fifo"; sleep 300 >"$2.fifo" & "$@" <"$2.fifo"; code=$?; kill $!; rm "$2.fifo"; exit $code"#,
      "echo", "at once")
    #expect(told.output == "at once\n" && told.status == 0, "\(told)")
  }

  @Test func anErrorOfTheShellIsTold() async throws {
    let board = try StandInBoard()
    let told = try await board.run(#""$@""#, "if")
    #expect(told.status == 2 && told.output.contains("yntax error"), "\(told)")
  }

  @Test func commandsThatArePipedInAreCarriedOut() async throws {
    let board = try StandInBoard()
    let told = try await board.run(#"printf 'echo one\necho two\nexit 3\n' | "$@""#)
    #expect(told.output == "one\ntwo\n" && told.status == 3, "\(told)")
  }
}
