import Basics

// The answers are in WifiAnswers.swift.

extension ProcedureDescriptor {
  static var wifiRestart: ProcedureDescriptor {
    ProcedureDescriptor(
      "wifi.restart", "associates anew and answers once the link is up, or names the step that failed",
      parameters: [.timeout],
      changesBoard: true,
      answer: "interface state ssid? bssid? freq? rssi? ip? way took_ms joined",
      admission: .granted(bound: nil) { (arguments) throws(ArgumentError) in
        .wifiRestart(timeout: .seconds(try arguments.seconds(.timeout)))
      })
  }

  static var wifiScan: ProcedureDescriptor {
    ProcedureDescriptor(
      "wifi.scan", "lists the networks in sight", answer: "cut_off networks",
      admission: .granted(bound: nil) { _ in .wifiScan })
  }

  static var wifiStatus: ProcedureDescriptor {
    ProcedureDescriptor(
      "wifi.status", "tells the link, the last restart and its outcome",
      answer: "interface state ssid? bssid? freq? rssi? ip? last_restart?",
      admission: .granted(bound: nil) { _ in .wifiStatus })
  }
}

extension Parameter {
  /// How long the restart may take.
  public static var timeout: Parameter { Parameter("timeout", .seconds(5...300, otherwise: 30)) }
}
