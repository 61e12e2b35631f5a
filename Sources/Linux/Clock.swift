import Basics
import CLinux

/// The system's clocks.
public enum Clock {
  /// Time since boot, time in suspend included (CLOCK_BOOTTIME). Never goes back.
  public static func now() -> Instant { Instant(nanoseconds: clinux_boot_time()) }

  /// Seconds since 1970 (CLOCK_REALTIME). For logs only: it jumps.
  public static func realtimeSeconds() -> Int64 { clinux_real_time() }
}
