import Glibc
import PeerNet
import PeerNetClient

/// An address as a person writes it: an IP address, with the interface of a link-local one by number or by name, or a
/// host name to look up; and a port.
struct AddressArgument {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// Every address that the text stands for, at least one: a host name may have several.
  let endpoints: [Endpoint]

  init(_ text: String) throws {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
      colon != text.startIndex
    else { throw Fault(description: "a port belongs behind it, as in 192.0.2.7:4040") }
    var host = String(text[..<colon])
    let isInBrackets = host.hasPrefix("[") && host.hasSuffix("]")
    if isInBrackets { host = String(host.dropFirst().dropLast()) }
    if let interface = Self.interface(of: host), if_nametoindex(interface) == 0, UInt32(interface) == nil {
      throw Fault(description: "there is no interface \(Printable.text(interface)) here")
    }
    if let endpoint = Self.endpoint(host, port) {
      endpoints = [endpoint]
    } else if isInBrackets || host.contains(":") {
      throw Fault(description: "write it as in [fe80::1%eth0]:4040")
    } else {
      endpoints = try Self.lookUp(host, port)
    }
    guard endpoints.allSatisfy(\.isDialable) else { throw Fault(description: "nothing can be dialled there") }
  }

  /// The endpoint of an IP address, whose interface may be a name; nil for a host name.
  private static func endpoint(_ host: String, _ port: UInt16) -> Endpoint? {
    var host = host
    if let interface = interface(of: host), UInt32(interface) == nil {
      host = String(host.dropLast(interface.count)) + "\(if_nametoindex(interface))"
    }
    return Endpoint(text: Array((host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)").utf8))
  }

  private static func interface(of host: String) -> String? {
    host.lastIndex(of: "%").map { String(host[host.index(after: $0)...]) }
  }

  private static func lookUp(_ host: String, _ port: UInt16) throws -> [Endpoint] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host, nil, &hints, &found)
    defer { if found != nil { freeaddrinfo(found) } }
    guard result == 0 else {
      throw Fault(description: "\(Printable.text(host)) is not known: \(String(cString: gai_strerror(result)))")
    }
    var endpoints: [Endpoint] = []
    var next = found
    while let info = next?.pointee {
      var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(info.ai_addr, info.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0 {
        let numbers = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if let endpoint = endpoint(numbers, port), endpoint.isDialable, !endpoints.contains(endpoint) {
          endpoints.append(endpoint)
        }
      }
      next = info.ai_next
    }
    guard !endpoints.isEmpty else { throw Fault(description: "\(Printable.text(host)) has no address to dial") }
    return endpoints
  }
}
