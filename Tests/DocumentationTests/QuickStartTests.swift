import Foundation
import TestKit
import Testing

/// Types the commands of the README's quick start; what they make is compiled as an example.
@Suite struct QuickStartTests {
  struct Failed: Error { let printed: String }

  @Test func theCommandsMakeAPackageThatUsesTheLibrary() throws {
    let commands = try Repository.text("README.md").split(separator: "\n").filter { $0.hasPrefix("swift package ") }
    #expect(commands.count == 3)
    let folder = try TemporaryFolder()
    let package = folder.url.appending(path: "hello")
    try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "peernet"), withDestinationURL: Repository.root)
    for command in commands { try run(command.split(separator: " ").map(String.init), in: package) }
    let manifest = try String(contentsOf: package.appending(path: "Package.swift"), encoding: .utf8)
    #expect(manifest.contains(#".package(path: "../peernet")"#))
    #expect(manifest.contains(#".product(name: "PeerNetClientLinux", package: "peernet")"#))
    #expect(FileManager.default.fileExists(atPath: package.appending(path: "Sources/hello/hello.swift").path))
    // The product brings the module that the program imports.
    let ours = try Repository.text("Package.swift")
    #expect(ours.contains(#".library(name: "PeerNetClientLinux", targets: ["PeerNetClientLinux"])"#))
  }

  private func run(_ command: [String], in folder: URL) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(printed: printed) }
  }
}
