import Basics
import CLinux

extension Endpoint {
  init(_ ip: clinux_ip) {
    self.init(high: ip.high, low: ip.low, scope: ip.scope, port: ip.port)
  }

  var ip: clinux_ip { clinux_ip(high: high, low: low, scope: scope, port: port) }
}
