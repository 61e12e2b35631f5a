import PeerNet

/// What runs as process 1 and how it is asked to end.
public enum InitSystem: Equatable, Sendable {
  /// Ends its services in order before the kernel is asked.
  case systemd
  /// busybox, sysvinit and their kind: each heeds some of the signals and ignores the rest.
  case other
  /// A simulated board: its process ends instead.
  case simulated

  /// Its name in answers.
  public var name: StaticString {
    switch self {
    case .systemd: "systemd"
    case .other: "other"
    case .simulated: "simulated"
    }
  }

  func signals(for action: PowerPlan.Action) -> [InitSignal] {
    switch (self, action) {
    case (.systemd, .reboot): [.rebootTarget]
    case (.systemd, .powerOff): [.powerOffTarget]
    // busybox reboots on SIGTERM; sysvinit ignores that and takes SIGINT for Ctrl-Alt-Del.
    case (.other, .reboot): [.terminate, .interrupt]
    case (.other, .powerOff): [.user2]
    case (.simulated, _): []
    }
  }

  /// How long it may take to end everything. systemd gives each service 90 s.
  var grace: TimeSpan {
    switch self {
    case .systemd: .seconds(120)
    case .other: .seconds(15)
    case .simulated: .zero
    }
  }
}

/// Signals to process 1, by their numbers on Linux.
public enum InitSignal: Int32, Sendable {
  /// SIGINT, the kernel's Ctrl-Alt-Del: reboot.
  case interrupt = 2
  /// SIGUSR2: power off, to busybox.
  case user2 = 12
  /// SIGTERM: reboot, to busybox.
  case terminate = 15
  /// systemd: SIGRTMIN+4 starts poweroff.target
  case powerOffTarget = 38
  /// systemd: SIGRTMIN+5 starts reboot.target
  case rebootTarget = 39
}
