import Admin
import ETF
import PeerNet

/// A board made of its parts: lines, a radio or none, power and facts.
public class ComposedBoard: BoardDriver {
  struct Parts {
    let profile: BoardProfile
    /// The agent's version.
    let agent: [UInt8]
    let lines: any LineDriver
    let wifi: WifiControl?
    let power: PowerSequence
    let facts: any SystemFacts
    /// Adds what the program around the board knows.
    var completeFacts: (inout SystemInfo) -> Void = { _ in }
  }

  private let parts: Parts

  init(_ parts: Parts) { self.parts = parts }

  public final func start() -> [[UInt8]] { parts.lines.list().compactMap { $0.problem?.reason } }

  public final var bootIdentifier: [UInt8]? { parts.facts.systemInfo().bootIdentifier }

  public final func carryOut(
    _ plan: Plan, for caller: @autoclosure () -> Caller, completion: @escaping (BoardOutcome) -> Void
  ) {
    switch plan {
    case .whoAmI: completion(.answered(caller().whoAmI))
    case .gpioList: completion(.answered(parts.profile.listAnswer))
    case .gpioRead(let labels):
      completion(
        outcome { () throws(GPIOError) in try labels.isEmpty ? parts.lines.list() : parts.lines.read(labels) })
    case .gpioWrite(let levels):
      completion(
        outcome { () throws(GPIOError) in try parts.lines.write(levels.map { ($0.label, $0.isActive) }) })
    case .systemInfo: completion(.answered(systemInfo().answer(to: caller())))
    case .power(let plan): parts.power.begin(plan, completion: completion)
    case .wifiRestart(let timeout):
      withWifi(completion) { $0.restart(timeout: timeout, for: caller(), completion: completion) }
    case .wifiScan: withWifi(completion) { $0.scan(for: caller(), completion: completion) }
    case .wifiStatus: withWifi(completion) { $0.status(for: caller(), completion: completion) }
    }
  }

  public final func letGo(of connection: ConnectionID) { parts.wifi?.letGo(of: connection) }

  private func withWifi(_ completion: (BoardOutcome) -> Void, _ body: (WifiControl) -> Void) {
    guard let wifi = parts.wifi else {
      return completion(.failed(ProcedureError(.unavailable, "the board profile names no wifi interface").reason))
    }
    body(wifi)
  }

  /// The answer of the lines, or why there is none.
  private func outcome(_ states: () throws(GPIOError) -> [LineState]) -> BoardOutcome {
    var levels: [LineLevel] = []
    var problems: [LineProblem] = []
    do throws(GPIOError) {
      for state in try states() {
        if let value = state.value {
          levels.append(LineLevel(label: state.label, isActive: value))
        } else if let problem = state.problem {
          problems.append(LineProblem(label: state.label, reason: problem.reason))
        }
      }
    } catch {
      return .failed(error.reason)
    }
    return .answered(LineLevel.answer(levels, problems: problems))
  }

  private func systemInfo() -> SystemInfo {
    var info = parts.facts.systemInfo()
    info.agent = parts.agent
    parts.completeFacts(&info)
    if !parts.profile.name.isEmpty { info.boardName = parts.profile.name }
    return info
  }
}
