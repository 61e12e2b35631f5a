import Disk
import Sodium

/// Any area can be read; a key that is appended where the log says is in it from then on, and so are those before it.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var area = Array(UnsafeBufferPointer(start: data, count: count))
  let log = RevocationLog(scanning: area)
  guard let place = log.firstFree else { return 0 }
  guard place % 64 == 0, place + 64 <= area.count else { fatalError("no such place") }
  let key = PublicKey(1, 2, 3, 4)
  area.replaceSubrange(place..<place + 64, with: RevocationLog.record(key, at: UInt64(count)))
  let after = RevocationLog(scanning: area)
  guard after.contains(key), after.keys.count == log.keys.count + 1, log.keys.allSatisfy({ after.contains($0) }) else {
    fatalError("a record is lost")
  }
  return 0
}
