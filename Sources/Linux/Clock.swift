import CLinux

/// The system's clocks.
public enum Clock {
  /// Nanoseconds since boot, time in suspend included (CLOCK_BOOTTIME). Never goes back.
  public static func now() -> UInt64 { clinux_boot_time() }

  /// Seconds since 1970 (CLOCK_REALTIME). For logs only: it jumps.
  public static func realtimeSeconds() -> Int64 { clinux_real_time() }
}
