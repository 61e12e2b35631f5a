import Admin
import CLinux
import Hardware
import Linux
import PeerNet
import PeerNetLinux
import Reactor
import Sodium

/// The agent at work: the protocol, the board, the files, the log and the signals around one loop.
final class Agent {
  private let reactor: Reactor
  private let disk: DiskThread
  private let lock: ProcessLock?
  private let log: Log
  private let configurationFile: [UInt8]?
  private let configuration: Configuration
  private let state: DurableState
  private let transport: ReactorTransport
  private let node: Node
  private let procedures: ProcedureService
  private let peerLog: PeerLog
  private let reach: ReachKeeper
  private var trial: TrialKeeper?
  private var manager = ServiceManager.fromEnvironment()
  private var signals: SignalWatch?
  private var housekeeping: Timer?
  /// Whether peers have held much memory since free memory was last given back to the system.
  private var hasGrown = false
  /// How the process ends; nil while it goes on.
  private var ending: ExitStatus?

  /// Runs until a signal, or the board's reboot, ends it.
  static func run(_ configurationFile: [UInt8]?) throws(CommandError) -> ExitStatus {
    let loaded = try ConfigurationFile.load(configurationFile)
    let profile = try ConfigurationFile.boardProfile(loaded.configuration)
    let paths = StatePaths(loaded.configuration, hasDataPartition: StateFolder.hasDataPartition)
    let identity: Identity
    do throws(StateError) { identity = try Identity.loadOrCreate(paths) } catch { throw .state(error) }
    let log = Log(level: loaded.configuration.level) { StandardStream.error.writeLine($0) }
    let lock = try lock(paths, log)
    for warning in loaded.warnings + profile.warnings {
      log.write(.warning, "configuration.ignored", [.bytes("line", warning)])
    }
    if identity.isNew { log.write(.notice, "identity.created", [.bytes("path", paths.key)]) }
    if loaded.configuration.board == .linux {
      let runtime = loaded.configuration.runtime
      do throws(FileError) { try StateFolder.make(for: runtime + "/".utf8) } catch {
        // All but wifi works without it.
        log.write(.warning, "runtime.unusable", [.bytes("path", runtime), .bytes("reason", error.text)])
      }
    }
    var isListening = false
    do throws(Errno) {
      let agent = try Agent(
        configurationFile, loaded.configuration, profile.profile, paths, lock, log, identity: identity.keyPair)
      isListening = true
      try agent.start()
      try agent.reactor.run()
      return agent.finish()
    } catch {
      guard !isListening, error.operation.bytes == ("bind" as StaticString).bytes else { throw .system(error.text) }
      throw .cannotListen(loaded.configuration.listenEndpoint.text, error.text, file: loaded.path)
    }
  }

  /// Two agents on one state folder would write over each other's files, and a key of `agent.once` would run once in each.
  private static func lock(_ paths: StatePaths, _ log: Log) throws(CommandError) -> ProcessLock? {
    let outcome: ProcessLock.Outcome
    do throws(Errno) { outcome = try ProcessLock.take(paths.folder + "/agent.lock".utf8) } catch {
      // The agent goes on serving when the disk accepts no more writes.
      log.write(.warning, "state.not_locked", [.bytes("path", paths.folder), .bytes("reason", error.text)])
      return nil
    }
    switch outcome {
    case .taken(let lock): return lock
    case .held(let id): throw .state(.inUse(path: paths.folder, id: id))
    }
  }

  /// Opens the listening port, so that it can be announced.
  private init(
    _ configurationFile: [UInt8]?, _ configuration: Configuration, _ profile: BoardProfile, _ paths: StatePaths,
    _ lock: ProcessLock?, _ log: Log, identity: consuming KeyPair
  ) throws(Errno) {
    reactor = try Reactor(bufferSize: Limits.readSize)
    disk = DiskThread(reactor: reactor)
    self.lock = lock
    self.configurationFile = configurationFile
    self.configuration = configuration
    self.log = log
    var onTrustChange: () -> Void = {}
    state = DurableState(
      paths, disk: configuration.image.disk, log: log, reactor: reactor, thread: disk
    ) { onTrustChange() }
    peerLog = PeerLog(log: log)
    transport = try ReactorTransport(reactor: reactor, configuration: configuration.transport)
    node = Node(
      configuration, identity: identity, trust: state.trustList, memory: state.peerMemory, port: transport.localPort,
      now: transport.now)
    var onPower: (PowerPlan.Action) -> Void = { _ in }
    let board = configuration.makeBoard(profile, reactor: reactor) { onPower($0) }
    procedures = ProcedureService(
      board, node: node, transport: transport, journal: OnceStore(path: paths.once, disk: disk), log: log)
    reach = ReachKeeper(configuration, paths, thread: disk, radio: profile.wifi?.interface, log: log)
    // An empty list may be one that could not be read.
    if !state.trustList.entries.isEmpty { procedures.forgetAll(but: state.trustList) }
    for reason in board.start() { log.write(.warning, "gpio.unusable", [.bytes("reason", reason)]) }
    let reach = reach
    trial = TrialKeeper(
      configuration, thread: disk, path: reach.path(configuration.image.confirm), log: log, now: transport.now
    ) { [self] in procedures.reboot() }
    if trial != nil || reach.isKeeping { procedures.onServed = { [self] in served($0) } }
    onTrustChange = { [self] in loadTrust() }
    onPower = { [self] action in end(action == .reboot ? .rebooting : .ok) }
  }

  private var now: Instant { transport.now }

  // MARK: Start and end

  private func start() throws(Errno) {
    signals = try SignalWatch(reactor: reactor) { [self] in take($0) }
    transport.onDiscoveryFailure = { [self] in peerLog.tellDiscoveryFailure($0, $1, at: now) }
    try transport.start(node) { [self] in take($0) }
    reactor.onTurn = { [self] in turned() }
    log.write(
      .notice, "daemon.listening",
      [
        .address(configuration.listenEndpoint.with(port: transport.localPort ?? 0)),
        .number("port", Int64(transport.localPort ?? 0)),
      ])
    log.write(
      .notice, "daemon.started",
      [
        .peer(node.publicKey), .literal("version", PeernetdCommand.version),
        .number("peers", Int64(state.trustList.entries.count)),
      ])
    trial?.start(on: reactor)
    manager.ready(at: now)
    turned()
  }

  /// Says goodbye to every peer and ends the loop once that has gone out. A second time ends it at once.
  private func end(_ status: ExitStatus) {
    guard ending == nil else { return reactor.stop() }
    ending = status
    manager.stopping()
    transport.perform { $0.stop(now: now) }
    transport.finish { [self] in reactor.stop() }
  }

  private func finish() -> ExitStatus {
    reactor.onTurn = nil
    state.timeout(at: now, isEnding: true, node.memory)
    disk.finish(within: .seconds(10))
    log.write(.notice, "daemon.stopped")
    return ending ?? .ok
  }

  // MARK: What happens

  private func take(_ signal: Signal) {
    switch signal {
    case .terminate, .interrupt: end(.ok)
    case .hangUp: reload()
    case .childEnded, .user2: break
    }
  }

  private func take(_ event: Event) {
    switch event {
    case .request(let request), .message(let request): procedures.serve(request)
    case .memoryChanged: state.memoryChanged(at: now)
    case .closed(let connection, _, _):
      peerLog.tell(event, of: node, at: now)
      procedures.letGo(of: connection)
    case .opened, .connected, .disconnected, .suspected, .relieved, .dialFailed, .rejected, .refused:
      peerLog.tell(event, of: node, at: now)
    case .callFinished, .pong, .sighted: break
    }
  }

  /// A trusted peer was answered. A trial waits for this, and the next trial is judged by the interface.
  private func served(_ peer: PublicKey) {
    let interface = node.connection(to: peer).flatMap { transport.interface(of: $0) }
    reach.served(over: interface)
    trial?.served(from: node.status(of: peer)?.endpoint, over: interface, now: now)
  }

  /// Puts the trust list in force if it is another one: sessions of whoever is not in it any more end at once.
  private func loadTrust() {
    guard case .replaced(let mayBeTorn) = state.loadTrust(now: now) else { return }
    transport.perform { $0.setTrust(state.trustList, now: now) }
    if !mayBeTorn { procedures.forgetAll(but: state.trustList) }
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

  /// The loop has made a turn: feeds the watchdog, tells what was repeated, writes what is due.
  private func turned() {
    manager.progressed(at: now)
    // Peers held a lot of memory and no longer do. Small allocations that live longer lie in between and keep it from
    // being freed by itself.
    if node.heldBytes > Limits.noteworthyBytes {
      hasGrown = true
    } else if hasGrown && node.heldBytes < Limits.readSize {
      hasGrown = false
      clinux_trim_heap()
    }
    log.timeout(at: now)
    state.timeout(at: now, node.memory)
    trial?.timeout(at: now)
    var next = log.deadline
    for deadline in [state.deadline, manager.deadline, trial?.deadline] {
      if let deadline { next = min(next ?? deadline, deadline) }
    }
    guard let next else { return }
    if let timer = housekeeping, reactor.reschedule(timer, at: next) { return }
    housekeeping = reactor.schedule(at: next) {}
  }
}
