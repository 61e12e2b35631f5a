import Admin
import Linux
import PeerNet
import Reactor

/// Where NetworkManager's command line is, or something that behaves like it.
protocol NmcliPort: AnyObject {
  /// The board's radio.
  var interface: [UInt8] { get }
  /// The kernel's table of links, /proc/net/wireless; empty where it has none.
  var wireless: [UInt8] { get }
  /// Calls it, and kills it at the deadline. `completion` is called once: before this returns when there is no such
  /// program, otherwise from the loop.
  func run(_ command: NmcliCommand, by deadline: Instant, completion: @escaping (NmcliOutcome) -> Void)
}

/// The program itself.
final class NmcliProgram: NmcliPort {
  /// More than a busy block of flats needs: some 80 bytes an access point.
  private static let maximumOutput = 32 * 1024

  let interface: [UInt8]
  private let path: [UInt8]
  private let reactor: Reactor

  init(path: [UInt8], interface: [UInt8], reactor: Reactor) {
    self.path = path
    self.interface = interface
    self.reactor = reactor
  }

  var wireless: [UInt8] { (try? readFile([UInt8]("/proc/net/wireless"), limit: 8 * 1024)) ?? [] }

  func run(_ command: NmcliCommand, by deadline: Instant, completion: @escaping (NmcliOutcome) -> Void) {
    do throws(Errno) {
      _ = try Subprocess(
        path: path, arguments: [[UInt8]("nmcli")] + command.arguments(interface: interface),
        // Its words are matched, so they have to be the untranslated ones.
        environment: [[UInt8]("LC_ALL=C")], deadline: deadline, outputLimit: NmcliProgram.maximumOutput,
        reactor: reactor
      ) { completion(NmcliOutcome($0)) }
    } catch {
      completion(NmcliOutcome(.absent))
    }
  }
}

extension NmcliOutcome {
  fileprivate init(_ outcome: Subprocess.Outcome) {
    switch outcome.ending {
    case .timedOut: self.init(.timedOut)
    case .exited(let code): self.init(.exited(code), output: outcome.output, errors: outcome.errors)
    case .signalled: self.init(.exited(-1))
    }
  }
}
