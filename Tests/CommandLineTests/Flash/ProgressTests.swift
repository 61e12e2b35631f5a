import Testing

@testable import peernet

@Suite struct ProgressTests {
  @Test(arguments: [
    (0, 143, 0, "writing    [------------------------]    0 %    0 of 143 MiB"),
    (31, 143, 2_500, "writing    [#####-------------------]   21 %   31 of 143 MiB  12.4 MiB/s  0:10 left"),
    (1, 960, 1_000, "writing    [------------------------]    0 %    1 of 960 MiB  1.0 MiB/s  15:59 left"),
    (143, 143, 9_000, "writing    [########################]  100 %  143 of 143 MiB  15.8 MiB/s  0:00 left"),
    (0, 0, 1, "writing    [########################]  100 %  0 of 0 MiB"),
  ]) func tellsHowFarHowFastAndHowLong(done: Int, total: Int, milliseconds: Int, expected: String) {
    let progress = Progress(title: "writing", done: done, total: total)
    #expect(progress.line(after: .milliseconds(milliseconds)) == expected)
  }

  @Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (1_006_632_960, "1.0 GB"), (31_914_983_424, "31.9 GB"),
    (960_000_000, "960 MB"), (2_000_398_934_016, "2.0 TB"), (Int.max, "9223372 TB"),
  ]) func sizesAreAsOnThePackage(bytes: Int, expected: String) { #expect(ByteCount.text(bytes) == expected) }
}
