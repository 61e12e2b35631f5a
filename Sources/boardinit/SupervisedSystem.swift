import CLinux
import Ini
import Linux
import PeerNet
import Reactor
import Sodium
import Supervision

/// The system around its supervisor: carries out what that decides, and tells it what happened.
final class SupervisedSystem {
  /// How long the hardware waits for a sign of life, in seconds: all that a Raspberry Pi's can.
  private static var watchdogSeconds: Int32 { 15 }

  private let paths: BoardPaths
  private let isInit: Bool
  private let reactor: Reactor
  private let journal: Journal
  private let data: DataPartition
  private var supervisor: Supervisor
  private var signals: SignalWatch?
  private var messages: NotifyListener?
  private var watchdog: HardwareWatchdog?
  private var timer: Timer?
  private var services: [Service] = []
  private var outputs: [ServiceOutput] = []
  private var startOutput: ServiceOutput?

  init(_ paths: BoardPaths, isInit: Bool, kernel: KernelLog) throws(Errno) {
    self.paths = paths
    self.isInit = isInit
    reactor = try Reactor(bufferSize: 4096)
    journal = Journal(paths, kernel: kernel)
    data = DataPartition(paths: paths, journal: journal, isInit: isInit)
    supervisor = Supervisor(now: Clock.now())
  }

  private var now: Instant { Clock.now() }

  /// Runs for as long as the machine does.
  func run() throws(Errno) {
    signals = try SignalWatch(reactor: reactor, withUser2: true) { [self] in take($0) }
    _ = try? makeFolder(paths.run)
    _ = try? makeFolder(paths.board)
    do throws(Errno) {
      messages = try NotifyListener(paths.notify, reactor: reactor) { [self] in take($0, from: $1) }
    } catch {
      // No service can say that it is well: the watchdog will have the last word.
      journal.warn("cannot listen at", paths.notify, error.text)
    }
    openWatchdog()
    advance()
    try reactor.run()
  }

  // MARK: What happens

  private func take(_ signal: Signal) {
    switch signal {
    case .childEnded: reap()
    case .terminate: supervisor.handleRequest(.restart, detail: ask("SIGTERM"), now: now)
    case .interrupt: supervisor.handleRequest(.restart, detail: ask("SIGINT"), now: now)
    case .user2: supervisor.handleRequest(.powerOff, detail: ask("SIGUSR2"), now: now)
    case .hangUp: break
    }
    advance()
  }

  private func ask(_ signal: StaticString) -> [UInt8] {
    var text = [UInt8]("asked for by ") + signal.bytes + [UInt8](", ")
    text.append(decimal: now.nanoseconds / 1_000_000_000)
    return text + [UInt8](" s after the start")
  }

  private func take(_ message: [UInt8], from sender: Int32) {
    supervisor.handleNotification(pid: sender, Notification(message), now: now)
    advance()
  }

  private func reap() {
    while let (id, termination) = InitProcess.reapAny() {
      startOutput?.finish()
      if let index = supervisor.service(ofProcess: id), outputs.indices.contains(index) { outputs[index].finish() }
      var text: [UInt8]
      switch termination {
      case .exited(let code):
        text = [UInt8]("ended with code ")
        text.append(decimal: code)
      case .signalled(let number):
        text = [UInt8]("was ended by signal ")
        text.append(decimal: number)
      }
      supervisor.handleEnded(pid: id, text, wasWell: termination == .exited(code: 0), now: now)
    }
    if !InitProcess.hasChildren { supervisor.handleCleared(now: now) }
  }

  /// Carries out all that the supervisor has to say, and sees to it that it is asked again in time.
  private func advance() {
    supervisor.timeout(now: now)
    while let output = supervisor.nextOutput() { carryOut(output) }
    let deadline = supervisor.deadline
    if let timer, reactor.reschedule(timer, at: deadline) { return }
    timer = reactor.schedule(at: deadline) { [self] in advance() }
  }

  // MARK: What is done

  private func carryOut(_ output: Supervisor.Output) {
    switch output {
    case .prepare: prepare()
    case .begin: begin()
    case .look(let index):
      guard services.indices.contains(index), services[index].needs.allSatisfy({ FileSystem.isThere($0) }) else {
        return
      }
      supervisor.handleFound(service: index, now: now)
    case .start(let index): start(index)
    case .end(let pid, let killing): ChildProcess.end(group: pid, killing: killing)
    case .log(let isWarning, let text): journal.write(isWarning: isWarning, text)
    case .pet: pet()
    case .hasten: watchdog?.hasten()
    case .record(let record):
      data.write(record)
      journal.synchronize()
    case .endStrays(let killing):
      InitProcess.endAll(killing: killing)
      if !InitProcess.hasChildren { supervisor.handleCleared(now: now) }
    case .settleDisk: settleDisk()
    case .power(let action): end(action)
    }
  }

  private func prepare() {
    do throws(Errno) {
      guard FileSystem.isThere(paths.startScript) else {
        journal.warn("there is no", paths.startScript, [UInt8]("the board goes on as well as it can"))
        return supervisor.handlePrepared(now: now)
      }
      let output = try ServiceOutput([UInt8]("start"), reactor: reactor, journal: journal)
      startOutput = output
      let id = try ChildProcess.launch(
        path: paths.startScript, arguments: [paths.startScript], environment: environment, output: output.writing)
      supervisor.handlePreparing(pid: id)
    } catch {
      journal.warn("cannot run", paths.startScript, error.text)
      supervisor.handlePrepared(now: now)
    }
  }

  private func begin() {
    startOutput?.finish()
    startOutput?.close()
    startOutput = nil
    if watchdog == nil { openWatchdog() }
    let (state, detail) = data.check()
    journal.open()
    let isKept = !("remade" ~= state || "lost" ~= state)
    let reason = BootReason(data.lastRecord(isKept: isKept), watchdogReset: watchdog?.hasReset ?? false)
    var facts = BoardFacts(reason: reason, data: state, dataDetail: detail)
    journal.write(isWarning: false, [UInt8]("started after ") + reason.token.bytes + [UInt8](": ") + reason.detail)
    journal.write(
      isWarning: !isKept, [UInt8]("data partition: ") + state + [UInt8](detail.isEmpty ? "" : ", ") + detail)
    if let failure = data.write(.running) {
      facts.dataDetail += [UInt8](facts.dataDetail.isEmpty ? "" : "; ") + [UInt8]("it takes nothing: ") + failure
    }
    data.seed()
    if isInit, let name = data.hostName { _ = try? System.setHostName(name) }
    do throws(FileError) { try DurableFile(path: paths.facts).write(facts.bytes) } catch {
      journal.warn("cannot write", paths.facts, error.reason)
    }
    services = readServices()
    for service in services {
      do throws(Errno) {
        outputs.append(try ServiceOutput(service.name, reactor: reactor, journal: journal))
      } catch {
        journal.warn("no services: a pipe for", service.name, error.text)
        services = []
        break
      }
    }
    supervisor.handleServices(services, now: now)
  }

  private func readServices() -> [Service] {
    do throws(FileError) {
      let text = try readFile(paths.services, limit: IniFile.maximumSize)
      do throws(IniFault) {
        let list = ServiceList(try IniFile(text).settings)
        for fault in list.faults { warnOfServices(line: fault.line, fault.text) }
        return list.services
      } catch {
        warnOfServices(line: error.line, error.text)
      }
    } catch {
      journal.warn("cannot read", paths.services, error.reason)
    }
    return []
  }

  private func warnOfServices(line: Int, _ text: StaticString) {
    var place = paths.services + [UInt8](":")
    place.append(decimal: line)
    journal.write(isWarning: true, place + [UInt8](": ") + text.bytes)
  }

  private func start(_ index: Int) {
    guard services.indices.contains(index), outputs.indices.contains(index) else { return }
    let service = services[index]
    var environment = self.environment
    if service.notifies {
      environment.append([UInt8]("NOTIFY_SOCKET=") + paths.notify)
      var patience = [UInt8]("WATCHDOG_USEC=")
      patience.append(decimal: service.watchdog.nanoseconds / 1000)
      environment.append(patience)
    }
    do throws(Errno) {
      guard let program = service.command.first else { throw Errno("posix_spawn", .invalidArgument) }
      let id = try ChildProcess.launch(
        path: program, arguments: service.command, environment: environment, output: outputs[index].writing)
      if service.nice != 0 { _ = try? ChildProcess.setNice(service.nice, of: id) }
      supervisor.handleStarted(service: index, pid: id, now: now)
    } catch {
      journal.warn("cannot start", service.name, error.text)
      supervisor.handleFailed(service: index, now: now)
    }
  }

  private var environment: [[UInt8]] {
    [[UInt8]("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), [UInt8]("HOME=/"), [UInt8]("LANG=C")]
  }

  // MARK: The watchdog, and the end

  /// Without a device the board runs all the same; it is looked for again at every sign of life.
  private func openWatchdog() {
    do throws(Errno) {
      let device = try HardwareWatchdog(path: paths.watchdog, seconds: SupervisedSystem.watchdogSeconds)
      var text = [UInt8]("the watchdog is armed")
      if let seconds = device.timeout {
        text += [UInt8](", for ")
        text.append(decimal: seconds)
        text += [UInt8](" s")
      }
      journal.write(isWarning: false, text)
      watchdog = consume device
    } catch {}
  }

  private func pet() {
    if watchdog == nil { openWatchdog() }
    watchdog?.pet()
  }

  private func settleDisk() {
    journal.leaveDisk()
    guard isInit else { return supervisor.handleSettled(now: now) }
    do throws(Errno) {
      supervisor.handleSettling(pid: try FileSystem.unmountInChild(paths.data))
    } catch {
      journal.warn("cannot unmount", paths.data, error.text)
      supervisor.handleSettled(now: now)
    }
  }

  private func end(_ action: Supervisor.PowerAction) {
    guard isInit else { clinux_exit(action == .restart ? 10 : 11) }
    do throws(Errno) {
      try System.reboot(action == .restart ? .restart : .powerOff)
    } catch {
      journal.write(isWarning: true, [UInt8]("the machine does not go down: ") + error.text)
    }
  }
}
