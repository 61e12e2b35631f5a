import PeerNet

/// One connection of two machines, and the bytes that are between them. The first side has dialled.
struct Connection {
  /// What brings the bytes to a side.
  enum Carriage {
    /// All of them arrive, in order: none before what arrived last.
    case ordered(lastArrival: Instant)
    /// Segments do, and its kernel puts them together.
    case tcp(TCPEnd)
  }

  struct Side {
    let machine: Int
    let address: UInt32
    /// The program's name for it; nil once it has closed it, and before it has accepted it.
    var id: ConnectionID?
    var carriage: Carriage
    /// Whether this side's kernel knows the connection.
    var exists: Bool
    /// What the program has heard of its life.
    var isOpen = false
    var isOver = false
    /// Written here and not yet read over there.
    var outgoing: [UInt8] = []
    /// What waits in the kernel of a program that reads no more; nil while it reads.
    var unread: [[UInt8]]?
    /// An acknowledgement has come while something was unread, and the kernel had no room for it.
    var isAcknowledgementLost = false
    var wakesAt = Instant.distantFuture
  }

  var sides: [Side]
  let dialled: Endpoint
}

extension Connection.Side {
  /// The kernel's half of a TCP connection; ordered links have none.
  var tcp: TCPEnd {
    get {
      guard case .tcp(let end) = carriage else { preconditionFailure("ordered links have no segments") }
      return end
    }
    set { carriage = .tcp(newValue) }
  }

  /// When the last bytes arrive on an ordered link; TCP's arrive when they can.
  var lastArrival: Instant {
    get {
      guard case .ordered(let last) = carriage else { preconditionFailure("TCP keeps order by itself") }
      return last
    }
    set { carriage = .ordered(lastArrival: newValue) }
  }

  /// Neither program nor kernel has a use for it any more.
  var isDone: Bool {
    guard id == nil else { return false }
    switch carriage {
    case .ordered: return !exists
    case .tcp(let end): return !exists || (isOver && end.isDrained)
    }
  }
}
