import Glibc
import Linux
import PeerNet
import PeerNetClient
import PeerNetLinux
import Reactor
import Synchronization

/// The Linux side of `Transport`: a reactor on a thread of its own, on which the node's actor runs, too.
///
/// The thread ends with the last reference: a node that was stopped can still be asked, and answers that it is.
public final class ReactorThread: SerialExecutor, Transport, @unchecked Sendable {
  // Apart from the waker, only the thread inside the reactor uses these: the reactor's own, or a visitor's while it sleeps.
  private let reactor: Reactor
  private var transport: ReactorTransport?
  private let waker: Waker
  private let thread = ThreadIdentity()
  /// The visiting thread, or 0 while there is none. A thread that reads its own identifier here has written it, so no
  /// memory ordering is needed.
  private let visitor = Atomic<UInt64>(0)

  /// Starts the thread.
  public init() throws(PeerNetError) {
    do { reactor = try Reactor() } catch { throw .transport(String(decoding: error.text, as: UTF8.self)) }
    waker = reactor.waker
    nonisolated(unsafe) let reactor = reactor
    startThread { [thread] in
      thread.value.store(currentThread(), ordering: .relaxed)
      do throws(Errno) { try reactor.run() } catch {
        fatalError("the reactor failed: \(String(decoding: error.text, as: UTF8.self))")
      }
    }
  }

  deinit {
    nonisolated(unsafe) let (reactor, transport) = (reactor, transport)
    waker.post {
      transport?.close()
      reactor.stop()
    }
  }

  // MARK: SerialExecutor

  /// Jobs run in the order in which they came, whatever their priority: each is short, and between two lots of them the
  /// reactor sees to its sockets. One that comes while the reactor is awake wakes nobody.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    waker.post { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }

  public func checkIsolated() {
    precondition(isIsolatingCurrentContext() == true, "not inside the reactor")
  }

  public func isIsolatingCurrentContext() -> Bool? {
    let current = currentThread()
    return visitor.load(ordering: .relaxed) == current || thread.value.load(ordering: .relaxed) == current
  }

  // MARK: Transport

  public var executor: any SerialExecutor { self }

  /// While the reactor sleeps the calling thread goes inside: a call is sent without waking another thread, which then
  /// wakes for the reply.
  public func enter(_ body: @escaping @Sendable () -> Void) {
    reactor.visit { [self] in
      visitor.store(currentThread(), ordering: .relaxed)
      body()
      visitor.store(0, ordering: .relaxed)
    }
  }

  public func now() -> Instant { Clock.now() }

  public func open(_ network: Network) throws(PeerNetError) -> UInt16? {
    var configuration = ReactorTransport.Configuration()
    configuration.listen = network.listen
    configuration.discoveryPort = network.discoveryPort
    configuration.interfaces = network.interfaces?.map { Array($0.utf8) }
    do {
      let transport = try ReactorTransport(reactor: reactor, configuration: configuration)
      self.transport = transport
      return transport.localPort
    } catch {
      let place = network.listen.map { "cannot listen at \($0): " } ?? ""
      throw .transport(place + String(decoding: error.text, as: UTF8.self))
    }
  }

  public func attach(_ node: Node, onEvent: @escaping (Event) -> Void, onTrouble: @escaping (String) -> Void)
    throws(PeerNetError)
  {
    transport?.onDiscoveryFailure = { interface, error in
      onTrouble(
        "no discovery on \(String(decoding: interface, as: UTF8.self)): \(String(decoding: error.text, as: UTF8.self))")
    }
    do { try transport?.start(node, onEvent: onEvent) } catch {
      throw .transport(String(decoding: error.text, as: UTF8.self))
    }
  }

  public func perform(_ body: (Node) -> Void) { transport?.perform(body) }

  public func close(_ done: @escaping @Sendable () -> Void) {
    guard let transport else { return done() }
    transport.finish(done)
  }
}

/// Which thread the reactor runs on; 0 until it has started.
private final class ThreadIdentity: Sendable {
  let value = Atomic<UInt64>(0)
}

private func currentThread() -> UInt64 { UInt64(pthread_self()) }

/// Runs `body` on a detached thread of its own.
private func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { box in
      Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  precondition(status == 0, "no thread could be started")
  pthread_detach(thread)
}
