import Linux
import PeerNet
import Reactor
import Sodium

/// The daemon at work: its state, its log and its signals around one loop.
final class Agent {
  private let reactor: Reactor
  private let log: Log
  private let configurationFile: [UInt8]?
  private let configuration: Configuration
  private let paths: StatePaths
  private let identity: Identity
  private var trust: TrustStore
  private var memory: PeerMemoryStore
  private var manager: ServiceManager
  private let signals: Signals
  private var trustWatch: FileWatch?
  private var trustWatchRegistration: Reactor.Registration?
  private var housekeeping: Timer?

  /// Runs until a signal ends it.
  static func run(_ configurationFile: [UInt8]?) throws(CommandError) -> ExitCode {
    let loaded = try ConfigurationFile.load(configurationFile)
    let paths = StatePaths(loaded.configuration, hasDataPartition: StateFolder.hasDataPartition)
    let identity: Identity
    do throws(StateError) { identity = try Identity.loadOrCreate(paths) } catch { throw .state(error) }
    let agent: Agent
    do throws(Errno) {
      // Before the first event that could need them.
      let signals = try Signals()
      agent = Agent(
        reactor: try Reactor(), configurationFile: configurationFile, loaded.configuration, paths,
        identity: identity, signals: signals)
      try agent.start(loaded.warnings)
      try agent.reactor.run()
    } catch {
      throw .system(error.text)
    }
    agent.finish()
    return .success
  }

  private init(
    reactor: Reactor, configurationFile: [UInt8]?, _ configuration: Configuration, _ paths: StatePaths,
    identity: consuming Identity, signals: consuming Signals
  ) {
    self.reactor = reactor
    self.configurationFile = configurationFile
    self.configuration = configuration
    self.paths = paths
    self.identity = identity
    self.signals = signals
    log = Log(level: configuration.level) { StandardStream.error.writeLine($0) }
    trust = TrustStore(paths)
    memory = PeerMemoryStore(paths)
    manager = ServiceManager.fromEnvironment()
  }

  private var now: Instant { Instant(nanoseconds: reactor.now) }

  // MARK: Start and end

  private func start(_ warnings: [[UInt8]]) throws(Errno) {
    for warning in warnings { log.write(.warning, "configuration.ignored", [.bytes("line", warning)]) }
    if identity.isNew { log.write(.notice, "identity.created", [.bytes("path", paths.key)]) }
    if let failure = trust.copyFailure { tellCopy(failure) }
    loadTrust()
    do throws(PeerMemoryStore.Failure) { try memory.load() } catch { tell(error) }
    watchTrust()
    _ = try reactor.register(signals.descriptor.number, for: .readable) { _ in self.takeSignals() }
    reactor.onTurn = { self.turned() }
    log.write(
      .notice, "daemon.started",
      [
        .peer(identity.keyPair.publicKey), .literal("version", Daemon.version),
        .number("peers", Int64(trust.list.entries.count)),
      ])
    manager.ready(at: now)
    turned()
  }

  private func finish() {
    do throws(FileError) { try memory.timeout(at: now, isEnding: true) } catch { tellMemory(error) }
    log.write(.notice, "daemon.stopped")
  }

  private func takeSignals() {
    while let signal = try? signals.next() {
      switch signal {
      case .terminate, .interrupt:
        manager.stopping()
        reactor.stop()
      case .hangUp: reload()
      case .childEnded: break
      }
    }
  }

  /// Takes over what can change while peers stay connected; the rest of the file waits for a restart.
  private func reload() {
    manager.reloading(at: now)
    do throws(CommandError) {
      let loaded = try ConfigurationFile.load(configurationFile)
      for warning in loaded.warnings { log.write(.warning, "configuration.ignored", [.bytes("line", warning)]) }
      log.level = loaded.configuration.level
      var comparable = loaded.configuration
      comparable.level = configuration.level
      log.write(
        .notice, "configuration.reloaded",
        [.literal("restart_needed", comparable == configuration ? "no" : "yes")])
    } catch {
      for line in error.lines { log.write(.error, "configuration.kept", [.bytes("reason", line)]) }
    }
    loadTrust()
    manager.ready(at: now)
  }

  // MARK: The loop's own duties

  /// The loop has made a turn: feeds the watchdog, tells what was repeated, writes what is due.
  private func turned() {
    manager.progressed(at: now)
    log.timeout(at: now)
    do throws(FileError) { try memory.timeout(at: now) } catch { tellMemory(error) }
    var next = log.deadline
    for deadline in [memory.deadline, manager.deadline] {
      if let deadline { next = min(next ?? deadline, deadline) }
    }
    guard let next else { return }
    if let timer = housekeeping, reactor.reschedule(timer, at: next.nanoseconds) { return }
    housekeeping = reactor.schedule(at: next.nanoseconds) {}
  }

  // MARK: Trust

  private func loadTrust() {
    let copyFailure = trust.copyFailure
    switch trust.load() {
    case .replaced:
      log.write(.notice, "trust.loaded", [.number("peers", Int64(trust.list.entries.count))])
    case .unchanged: break
    case .kept(let failure):
      log.write(
        .error, "trust.kept_last_good",
        [
          .bytes("path", paths.trust), .bytes("reason", failure.text),
          .number("peers", Int64(trust.list.entries.count)),
        ])
    }
    if copyFailure == nil, let failure = trust.copyFailure { tellCopy(failure) }
  }

  private func watchTrust() {
    let slash = paths.trust.lastIndex(of: UInt8(ascii: "/")) ?? 0
    let folder = slash == 0 ? Array("/".utf8) : Array(paths.trust[..<slash])
    let name = Array(paths.trust[(slash + 1)...])
    do throws(Errno) {
      let watch = try FileWatch(folder: folder)
      trustWatchRegistration = try reactor.register(watch.descriptor.number, for: .readable) { _ in
        self.takeTrustEvents(name)
      }
      trustWatch = consume watch
    } catch {
      // SIGHUP still does it.
      log.write(.warning, "trust.not_watched", [.bytes("path", folder), .bytes("reason", error.text)])
    }
  }

  private func takeTrustEvents(_ name: [UInt8]) {
    guard let events = try? trustWatch?.read() else { return }
    if events.contains(where: { $0 == .changed(name: name) || $0 == .lost }) { loadTrust() }
    if events.contains(.folderGone) {
      if let registration = trustWatchRegistration.take() { reactor.deregister(registration) }
      trustWatch = nil
      log.write(.warning, "trust.not_watched", [.bytes("path", paths.trust), .literal("reason", "its folder is gone")])
    }
  }

  // MARK: What went wrong with a file

  private func tellCopy(_ failure: StateError) {
    log.write(.warning, "trust.copy_failed", [.bytes("reason", failure.text)])
  }

  private func tellMemory(_ error: FileError) {
    log.writeFailure(
      .warning, "memory.not_written", [.bytes("path", paths.peers), .bytes("reason", error.text)], at: now)
  }

  private func tell(_ failure: PeerMemoryStore.Failure) {
    log.write(.warning, "memory.ignored", [.bytes("path", paths.peers), .bytes("reason", failure.text)])
  }
}
