import Admin
import PeerNet

/// Any file can be read, what is known of it is written so that it is read as the same, and a cut never brings forth what was not
/// there.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = Array(UnsafeBufferPointer(start: data, count: count))
  let journal = OnceJournal()
  guard journal.read(file, now: .zero) != nil else { return 0 }
  let again = OnceJournal()
  guard again.read(journal.bytes, now: .zero) == .whole, again.bytes == journal.bytes else {
    fatalError("another journal")
  }
  guard journal.byteCount <= file.count else { fatalError("more than there was") }
  return 0
}
