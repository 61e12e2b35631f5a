/// What is wrong with something that a board is to be given: after "because". Never holds a secret.
struct InvalidSetting: Error, Equatable {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
