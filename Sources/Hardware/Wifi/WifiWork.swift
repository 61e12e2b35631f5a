import Admin

/// A wifi procedure under way, whoever on the board carries it out.
protocol WifiWork: AnyObject {
  /// The step a restart is at.
  var step: WifiError.Step? { get }
  /// Begins. It may have ended when this returns.
  func start()
}
