import PeerNet
import TestKit

extension TemporaryFolder {
  /// The lines of a trust list, without its seal; what is none as it stands there.
  public func trustText(_ name: String) -> String? {
    guard let bytes = read(name) else { return nil }
    return String(decoding: (try? TrustList.parse(bytes))?.text ?? bytes, as: UTF8.self)
  }
}
