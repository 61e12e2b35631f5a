import PeerNet
import Sodium

/// A list that reads keeps its bytes, and a changed one reads back with just that change.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: count))
  guard let list = try? TrustList.parse(input) else { return 0 }
  guard list.isSealed || list.text == input else { fatalError("the text changed in reading") }
  guard let sealed = try? TrustList.parse(list.serialize()), sealed.isSealed, sealed.entries == list.entries else {
    fatalError("sealing changed it")
  }

  let newcomer = TrustEntry(key: PublicKey(1, 2, 3, 4), label: Array("new comer".utf8), grants: .everything, wire: .two)
  var longer = list
  if (try? longer.add(newcomer)) != nil {
    guard longer.entry(for: newcomer.key) == newcomer, longer.entries.dropLast() == list.entries[...] else {
      fatalError("adding changed more")
    }
  }
  guard let entry = list.entries.last else { return 0 }
  var changed = list
  if (try? changed.setGrants(.none, for: entry.key)) != nil {
    guard changed.entries.last?.grants.isEmpty == true, changed.entries.count == list.entries.count else {
      fatalError("grants stayed")
    }
  }
  if (try? changed.setWire(.one, for: entry.key)) != nil {
    guard changed.entry(for: entry.key)?.wire == .one else { fatalError("wire not set") }
  }
  var shorter = list
  if (try? shorter.remove(entry.key)) != nil {
    guard shorter.entry(for: entry.key) == nil, shorter.entries == Array(list.entries.dropLast()) else {
      fatalError("removing changed more")
    }
  }
  return 0
}
