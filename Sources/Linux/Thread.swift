import CLinux

/// Has `body` run on a thread of its own, which ends with it; or, where there is none to be had, before this returns.
public func runOnThread(_ body: @escaping @Sendable () -> Void) {
  let context = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  let result = clinux_start_thread({ Unmanaged<ThreadBody>.fromOpaque($0).takeRetainedValue().run() }, context)
  if result != 0 { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
