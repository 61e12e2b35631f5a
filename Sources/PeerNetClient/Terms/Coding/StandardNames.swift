// The core has a Decoder and an Encoder of its own, which would hide the ones that an application writes `Codable` types
// with. Whoever imports this module alone means the standard library's.

/// The standard library's; the term format's own is `ETF.Decoder`.
public typealias Decoder = Swift.Decoder
/// The standard library's; the term format's own is `ETF.Encoder`.
public typealias Encoder = Swift.Encoder
/// The standard library's; the term format's own is `ETF.DecodingError`.
public typealias DecodingError = Swift.DecodingError
/// The standard library's; the core's own is `PeerNet.Duration`.
public typealias Duration = Swift.Duration
