import Admin
import PeerNet

/// Carries power plans out, one at a time.
final class PowerSequence {
  private let powerSwitch: any PowerSwitch
  private let clock: any BoardClock
  private var underWay: PowerPlan.Action?

  init(_ powerSwitch: any PowerSwitch, clock: any BoardClock) {
    self.powerSwitch = powerSwitch
    self.clock = clock
  }

  func begin(_ plan: PowerPlan, completion: (BoardOutcome) -> Void) {
    // An answer that promised what the kernel will refuse would be a lie, from a dry run as well.
    guard powerSwitch.isPermitted else {
      return completion(
        .failed(ProcedureError(.unavailable, "the agent lacks the right to: run it as root").reason))
    }
    let initSystem = powerSwitch.initSystem
    if plan.isDryRun { return completion(.answered(plan.answer(under: initSystem))) }
    if let underWay {
      var text = [UInt8](underWay.name)
      text += " is under way already"
      return completion(.failed(ProcedureError(.busy, text).reason))
    }
    underWay = plan.action
    completion(.answered(plan.answer(under: initSystem)))
    take(plan.steps(under: initSystem)[...])
  }

  private func take(_ steps: ArraySlice<PowerStep>) {
    guard let step = steps.first else {
      // Nothing helped; the next caller may try again.
      underWay = nil
      return
    }
    let rest = steps.dropFirst()
    switch step {
    case .answer: take(rest)
    case .wait(let span): clock.schedule(at: clock.now + span) { self.take(rest) }
    case .sync: powerSwitch.sync { self.take(rest) }
    case .signalInit(let signal):
      powerSwitch.signalInit(signal)
      take(rest)
    case .force(let action):
      powerSwitch.force(action)
      take(rest)
    }
  }
}
