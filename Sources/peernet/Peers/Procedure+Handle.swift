import Admin

extension Procedure {
  /// The handle to call. Its name is spelled in its descriptor alone.
  var handle: String { "\(name)" }
}
