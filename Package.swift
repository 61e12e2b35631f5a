// swift-tools-version: 6.2
import PackageDescription

// Imports only ever point up this list; Scripts/check-imports holds the sources to it.
// A module marked "board" also compiles as Embedded Swift for aarch64 (see the Makefile's `device`).

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

// `make test` has the protocol and its simulated networks optimised in debug builds, too, with every check left in: hundreds of
// virtual hours then take one minute instead of six. Not for everybody, because a package with such flags cannot be depended on.
let simulated: [SwiftSetting] =
  Context.environment["PEERNET_OPTIMIZED"] == nil
  ? strict : strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

let package = Package(
  name: "peernet",
  // Of Apple's systems the first whose own library has what the decoder reads by, `Array.span`; Linux knows no minimum.
  platforms: [.macOS(.v26), .iOS(.v26)],
  products: [
    // Of any system; the second needs a transport.
    .library(name: "PeerNet", targets: ["PeerNet", "ETF", "Sodium", "Noise", "Basics"]),
    .library(name: "PeerNetClient", targets: ["PeerNetClient"]),
    // With the one for Linux.
    .library(name: "PeerNetClientLinux", targets: ["PeerNetClientLinux"]),
    // A node as a service of ServiceLifecycle.
    .library(name: "PeerNetService", targets: ["PeerNetService"]),
    .executable(name: "peernetd", targets: ["peernetd"]),
    .executable(name: "boardinit", targets: ["boardinit"]),
    .executable(name: "peernet", targets: ["peernet"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // C headers, macro shims and what only C can do (board)
    .target(name: "CLinux"),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .target(name: "CGpiod", linkerSettings: [.linkedLibrary("gpiod")]),
    .target(name: "CWpaClient", linkerSettings: [.linkedLibrary("wpa_client")]),
    .target(name: "CInih", linkerSettings: [.linkedLibrary("inih")]),

    // what everything else is written in: text as bytes, time, addresses (board)
    .target(name: "Basics", swiftSettings: simulated),

    // the protocol: values, no I/O (board)
    .target(name: "ETF", dependencies: ["Basics"], swiftSettings: simulated),
    .target(name: "Sodium", dependencies: ["CSodium"], swiftSettings: simulated),
    .target(name: "Noise", dependencies: ["Sodium"], swiftSettings: simulated),
    .target(name: "PeerNet", dependencies: ["Basics", "ETF", "Noise", "Sodium"], swiftSettings: simulated),
    // one line of a configuration file (board)
    .target(name: "Settings", swiftSettings: strict),
    .target(name: "Admin", dependencies: ["Basics", "ETF", "Sodium", "PeerNet", "Settings"], swiftSettings: strict),
    // what stands where on the disk of a flashed board (board)
    .target(name: "Disk", dependencies: ["Basics", "PeerNet", "Sodium"], swiftSettings: strict),
    // what a flashed board's process 1 decides, without doing it (board)
    .target(name: "Supervision", dependencies: ["Basics", "PeerNet", "Settings"], swiftSettings: strict),

    // the board's I/O (board)
    .target(name: "Ini", dependencies: ["Settings", "CInih"], swiftSettings: strict),
    .target(name: "Linux", dependencies: ["Basics", "CLinux"], swiftSettings: strict),
    .target(name: "Reactor", dependencies: ["Basics", "Linux"], swiftSettings: strict),
    .target(
      name: "Hardware",
      dependencies: ["Basics", "ETF", "PeerNet", "Admin", "Linux", "Reactor", "CGpiod", "CWpaClient"],
      swiftSettings: strict),
    .target(
      name: "PeerNetLinux", dependencies: ["Basics", "PeerNet", "Sodium", "Linux", "Reactor"],
      swiftSettings: strict),
    .executableTarget(
      name: "peernetd",
      dependencies: [
        "Basics",
        "ETF", "Sodium", "PeerNet", "Settings", "Admin", "Disk", "Ini", "Linux", "Reactor", "Hardware", "PeerNetLinux",
        "CLinux",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "boardinit",
      dependencies: ["Basics", "PeerNet", "Sodium", "Disk", "Supervision", "Ini", "Linux", "Reactor", "CLinux"],
      swiftSettings: strict),

    // laptop and phone (full Swift)
    .target(
      name: "PeerNetClient",
      dependencies: [
        "Basics",
        "ETF", "Sodium", "PeerNet", .product(name: "Logging", package: "swift-log"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
      ],
      swiftSettings: strict),
    .target(
      name: "PeerNetService",
      dependencies: ["PeerNetClient", .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")],
      swiftSettings: strict),
    .target(
      name: "PeerNetClientLinux",
      dependencies: [
        "Basics",
        "ETF", "Sodium", "PeerNet", "PeerNetClient", "PeerNetLinux", "Linux", "Reactor",
      ],
      swiftSettings: strict),
    // images of boards: what a board is given, the files, the disks they are written to, labels
    .target(
      name: "Provisioning", dependencies: ["Sodium", "PeerNet", "Settings", "Admin", "Disk", "PeerNetClient"],
      swiftSettings: strict),
    .executableTarget(
      name: "peernet",
      dependencies: [
        "Basics",
        "ETF", "Sodium", "PeerNet", "Admin", "Disk", "PeerNetClient", "PeerNetClientLinux", "Provisioning",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // examples
    .executableTarget(
      name: "chat",
      dependencies: ["PeerNetClientLinux", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Examples/Chat", swiftSettings: strict),
    .executableTarget(
      name: "phone", dependencies: ["PeerNetClientLinux"], path: "Examples/ControlDevice", exclude: ["device.swift"],
      sources: ["phone.swift"], swiftSettings: strict),
    .executableTarget(
      name: "device", dependencies: ["PeerNetClientLinux", "PeerNetService"], path: "Examples/ControlDevice",
      exclude: ["phone.swift"], sources: ["device.swift"], swiftSettings: strict),
    .executableTarget(
      name: "hello", dependencies: ["PeerNetClientLinux"], path: "Examples/Hello", swiftSettings: strict),
    .executableTarget(
      name: "watch", dependencies: ["PeerNetClientLinux"], path: "Examples/Watch", swiftSettings: strict),

    // measurements
    .executableTarget(
      name: "Bench",
      dependencies: [
        "Basics",
        "CSodium", "ETF", "Sodium", "Noise", "PeerNet", "Linux", "Reactor", "PeerNetLinux", "PeerNetClient",
        "PeerNetClientLinux",
      ],
      swiftSettings: strict),

    // tests, layer by layer
    // what all of them share; it brings no module along, so that a test of one layer builds no other
    .target(name: "TestKit", path: "Tests/TestKit", swiftSettings: strict),
    // chance from a seed; without Testing, so that programs may use it, too
    .target(name: "Seeds", dependencies: ["Basics"], path: "Tests/Seeds", swiftSettings: strict),
    .target(name: "Vectors", path: "Tests/Vectors", exclude: ["peernet-1.json"], swiftSettings: strict),
    .target(name: "Threads", path: "Tests/Threads", swiftSettings: strict),
    .target(name: "Programs", path: "Tests/Programs", swiftSettings: strict),
    .target(name: "Images", dependencies: ["TestKit", "Disk"], path: "Tests/Images", swiftSettings: strict),
    // a board's process, and the laptops that speak to it
    .target(
      name: "Boards", dependencies: ["TestKit", "PeerNetClient", "PeerNetClientLinux", "PeerNet", "ETF", "Sodium"],
      path: "Tests/Boards", swiftSettings: strict),
    // machines that run nodes, joined by links that keep order or by TCP over links that fail, on one virtual clock
    .target(
      name: "VirtualNetwork", dependencies: ["Basics", "ETF", "PeerNet", "Sodium", "Seeds"],
      path: "Tests/VirtualNetwork", swiftSettings: simulated),
    // heartbeat policies over such links; the table of `make flaky`
    .target(
      name: "FlakyLinks", dependencies: ["Basics", "PeerNet", "Sodium", "Seeds", "VirtualNetwork"],
      path: "Tests/FlakyLinks", swiftSettings: strict),
    .executableTarget(
      name: "Flaky", dependencies: ["FlakyLinks"], path: "Tests/Flaky", swiftSettings: strict),
    // the same weather over the kernel's own network: namespaces, a forwarder between them, and the real daemon
    .target(
      name: "RealLinks",
      dependencies: [
        "TestKit", "VirtualNetwork", "Boards", "Programs", "Threads", "PeerNetClient", "PeerNetClientLinux",
        "PeerNet", "ETF", "Sodium", "Linux",
      ],
      path: "Tests/RealLinks", swiftSettings: strict),
    .executableTarget(
      name: "FlakyReal",
      dependencies: ["RealLinks", "FlakyLinks", "VirtualNetwork", "Seeds", "PeerNetClient", "PeerNet", "Linux"],
      path: "Tests/FlakyReal", swiftSettings: strict),
    .testTarget(name: "BasicsTests", dependencies: ["Basics", "TestKit", "Seeds"], swiftSettings: strict),
    .testTarget(name: "ETFTests", dependencies: ["Basics", "ETF", "Vectors"], swiftSettings: strict),
    .testTarget(name: "SodiumTests", dependencies: ["Sodium", "Vectors"], swiftSettings: strict),
    .testTarget(
      name: "NoiseTests", dependencies: ["Noise", "Sodium", "Vectors"],
      exclude: ["standard-transcript.json", "standard-transcript.py"], swiftSettings: strict),
    .testTarget(
      name: "PeerNetTests",
      dependencies: ["Basics", "TestKit", "Seeds", "PeerNet", "ETF", "Noise", "Sodium", "Vectors"],
      exclude: ["Liveness/probe-vector.py"],
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["TestKit", "PeerNet", "ETF", "Noise", "Sodium", "Seeds", "VirtualNetwork", "FlakyLinks"],
      swiftSettings: simulated),
    .testTarget(
      name: "AdminTests", dependencies: ["TestKit", "Seeds", "Admin", "ETF", "Sodium", "PeerNet", "Settings"],
      swiftSettings: strict),
    .testTarget(
      name: "DiskTests", dependencies: ["TestKit", "Seeds", "Basics", "Disk", "PeerNet", "Sodium"],
      swiftSettings: strict),
    .testTarget(name: "IniTests", dependencies: ["Ini", "Settings"], swiftSettings: strict),
    .testTarget(
      name: "SupervisionTests",
      dependencies: ["Supervision", "Disk", "PeerNet", "Sodium", "Settings", "TestKit", "Threads", "boardinit"],
      swiftSettings: strict),
    .testTarget(
      name: "LinuxTests", dependencies: ["TestKit", "Basics", "Linux", "CLinux", "Threads"], swiftSettings: strict),
    .testTarget(
      name: "ReactorTests",
      dependencies: [
        "TestKit", "Seeds", "Basics", "Reactor", "Linux", "CLinux", "Threads", "PeerNetLinux", "PeerNet", "Sodium",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "HardwareTests",
      dependencies: ["Basics", "TestKit", "Hardware", "Admin", "ETF", "PeerNet", "Linux", "Reactor", "CLinux"],
      swiftSettings: strict),
    .testTarget(
      name: "ClientTests",
      dependencies: [
        "TestKit", "Seeds", "PeerNetClient", "PeerNetService", "PeerNetClientLinux", "PeerNetLinux", "PeerNet", "ETF",
        "Sodium", "Linux", .product(name: "Logging", package: "swift-log"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DaemonTests",
      dependencies: [
        "PeerNetClient", "PeerNetClientLinux", "PeerNet", "Noise", "ETF", "Sodium", "peernetd", "Admin", "Disk",
        "Settings",
        "Ini", "Linux", "Reactor", "TestKit", "Boards", "Vectors",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "InteropTests",
      dependencies: [
        "TestKit", "PeerNetClient", "PeerNetClientLinux", "PeerNet", "ETF", "Sodium", "peernetd", "Boards",
      ],
      path: "Tests/Interop", exclude: ["Erlang"], swiftSettings: strict),
    .testTarget(
      name: "RealLinkTests",
      dependencies: [
        "TestKit", "RealLinks", "VirtualNetwork", "Boards", "Programs", "PeerNetClient", "PeerNet", "peernetd",
        "peernet",
      ],
      swiftSettings: strict),
    // scripts that are more than a list of commands
    .testTarget(name: "ScriptTests", dependencies: ["TestKit", "Programs"], swiftSettings: strict),
    .testTarget(
      name: "EmulatedBoardTests", dependencies: ["TestKit", "Programs", "Disk", "PeerNet", "Sodium", "Linux"],
      swiftSettings: strict),
    .testTarget(
      name: "ProvisioningTests",
      dependencies: ["TestKit", "Images", "Provisioning", "PeerNetClient", "PeerNet", "Sodium"],
      exclude: ["QR/qr-codes.py"], resources: [.embedInCode("QR/qr-codes.txt")], swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "TestKit", "Boards", "Images", "peernet", "Provisioning", "Admin", "Disk", "PeerNetClient",
        "PeerNetClientLinux",
        "PeerNetLinux", "PeerNet", "ETF", "Sodium", "Linux", "Vectors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DocumentationTests",
      dependencies: [
        "TestKit", "Boards", "Admin", "PeerNetClient", "PeerNetService", "PeerNetClientLinux", "PeerNet", "ETF",
        "Sodium", "peernetd", "chat", "phone", "device", "hello", "watch",
        .product(name: "Logging", package: "swift-log"), .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      exclude: ["parse.exs"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// One test target and what it depends on, for a build under a sanitizer: all of it would take ten minutes (Scripts/test).
if let subject = Context.environment["PEERNET_ONLY"] {
  var names = [subject]
  var next = 0
  while next < names.count {
    for target in package.targets where target.name == names[next] {
      for dependency in target.dependencies {
        switch dependency {
        case .targetItem(let name, _), .byNameItem(let name, _): if !names.contains(name) { names.append(name) }
        default: break
        }
      }
    }
    next += 1
  }
  package.targets.removeAll { !names.contains($0.name) }
  package.products = []
}
