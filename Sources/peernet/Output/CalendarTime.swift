import Glibc

/// A date and a time of day in digits.
enum CalendarTime {
  /// Seconds since 1970 by this computer's clock.
  static var now: UInt64 { UInt64(max(time(nil), 0)) }

  static func text(_ parts: tm, separator: String) -> String {
    func two(_ number: Int32) -> String { twoDigits(Int(number)) }
    return "\(1_900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))\(separator)"
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  static func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  /// A time in seconds since 1970 as date and time of this computer's time zone, with the offset from UTC: `2026-11-23
  /// 23:45:01 +01:00`. A number outside the calendar is printed as a number.
  static func local(_ seconds: Int64) -> String {
    var (time, parts) = (time_t(seconds), tm())
    guard 0...253_402_300_799 ~= seconds, localtime_r(&time, &parts) != nil else { return "\(seconds)" }
    let offset = parts.tm_gmtoff / 60
    return text(parts, separator: " ") + (offset < 0 ? " -" : " +")
      + twoDigits(abs(offset) / 60) + ":" + twoDigits(abs(offset) % 60)
  }
}
