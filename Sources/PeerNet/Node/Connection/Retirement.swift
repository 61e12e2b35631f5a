import Sodium

/// What becomes of an open connection beside others of its peer (Protocol, One connection).
enum Course {
  case stays
  /// It should win over a newer duplicate, but has to answer a ping first.
  case contested(Contest)
  /// It has lost, and goes once the winner has carried a frame each way and nothing is left on this one.
  case retires(Retirement)
  /// We have said `superseded`. Whoever hears it closes.
  case takesLeave(Retirement)
  /// The peer has said so: what is under way is brought to its end. Nil if we did not mean it to go.
  case dismissed(Retirement?)
}

struct Contest {
  let nonce: [UInt8]
  let deadline: Instant
  let rival: Connection
}

struct Retirement {
  /// On PeerNet/1, which has no word for it: the ping whose answer comes behind the last call that the peer made here.
  enum LastPing {
    case unsent
    case sent([UInt8])
    case answered
  }

  let winner: Connection
  let deadline: Instant
  var lastPing = LastPing.unsent
}

extension OpenConnection {
  /// What a connection that is about to go may do towards its end.
  enum Step: Equatable {
    case sayBye
    case sendLastPing
    case close(CloseReason)
  }

  /// To whom it has lost, by our own decision.
  var retirement: Retirement? {
    switch course {
    case .retires(let retirement), .takesLeave(let retirement): retirement
    case .dismissed(let retirement): retirement
    case .stays, .contested: nil
    }
  }

  /// Either side has said that another connection takes this one's place.
  var isLeaving: Bool {
    switch course {
    case .takesLeave, .dismissed: true
    case .stays, .contested, .retires: false
    }
  }

  /// We have said so.
  var hasTakenLeave: Bool { if case .takesLeave = course { true } else { false } }

  /// It has to answer a ping to keep its place. False when it is about to go anyway.
  func contest(_ contest: Contest) -> Bool {
    switch course {
    case .stays, .contested:
      course = .contested(contest)
      return true
    case .retires, .takesLeave, .dismissed: return false
    }
  }

  /// It has answered a ping: the rival that thereby has lost.
  func withstand(_ nonce: [UInt8]) -> Connection? {
    guard case .contested(let contest) = course, contest.nonce == nonce else { return nil }
    course = .stays
    return contest.rival
  }

  /// It has lost. False when it had done so before.
  func retire(_ retirement: Retirement) -> Bool {
    switch course {
    case .stays, .contested: course = .retires(retirement)
    case .dismissed(nil): course = .dismissed(retirement)
    case .retires, .takesLeave, .dismissed: return false
    }
    return true
  }

  /// We say so to the peer.
  func takeLeave() {
    if case .retires(let retirement) = course { course = .takesLeave(retirement) }
  }

  /// The peer's word that another connection takes this one's place.
  func dismiss() { course = .dismissed(retirement) }

  /// The connection `gone` has ended. If this one had lost to it, this one stays, or now loses to `heir`, to which `gone`
  /// itself had lost.
  ///
  /// A `superseded` that was sent cannot be taken back: the peer is about to close this connection, too.
  func outlive(_ gone: Connection, heir: Connection?) {
    switch course {
    case .contested(let contest) where contest.rival === gone: course = .stays
    case .retires(let retirement) where retirement.winner === gone:
      course = heir.map { .retires(Retirement(winner: $0, deadline: retirement.deadline)) } ?? .stays
    case .stays, .contested, .retires, .takesLeave, .dismissed: break
    }
  }

  /// The answer to the last ping has come, if this is it.
  func noteLastAnswer(_ nonce: [UInt8]) {
    guard case .retires(var retirement) = course, case .sent(nonce) = retirement.lastPing else { return }
    retirement.lastPing = .answered
    course = .retires(retirement)
  }

  /// The last ping has left with this nonce.
  func noteLastPing(_ nonce: [UInt8]) {
    guard case .retires(var retirement) = course else { return }
    retirement.lastPing = .sent(nonce)
    course = .retires(retirement)
  }

  /// The next step to the end of a connection that is `isIdle`; nil while there is none.
  ///
  /// The peer may have called here before it knew of the winner, and what it said may still be on its way. On PeerNet/2
  /// it is told that this connection goes; it calls here no more, and closes when it has its answers. On PeerNet/1 a last
  /// ping is answered behind whatever it had said.
  func nextStep(_ wire: Wire, isIdle: Bool) -> Step? {
    guard isIdle else { return nil }
    switch course {
    case .dismissed: return .close(.peerSaid(.superseded))
    case .retires(let retirement):
      guard retirement.winner.open?.isAnswered ?? false else { return nil }
      if wire == .two { return .sayBye }
      switch retirement.lastPing {
      case .unsent: return .sendLastPing
      case .sent: return nil
      case .answered: return .close(.superseded)
      }
    case .stays, .contested, .takesLeave: return nil
    }
  }
}
