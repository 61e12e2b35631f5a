/// The first byte of each term, as in the Erlang External Term Format. Those that are refused have a name for the error's sake.
enum Tag {
  static let version: UInt8 = 131

  static let smallInteger: UInt8 = 97
  static let integer: UInt8 = 98
  static let smallBig: UInt8 = 110
  static let largeBig: UInt8 = 111
  static let oldFloat: UInt8 = 99
  static let newFloat: UInt8 = 70
  static let atom: UInt8 = 100
  static let smallAtom: UInt8 = 115
  static let atomUTF8: UInt8 = 118
  static let smallAtomUTF8: UInt8 = 119
  static let binary: UInt8 = 109
  static let bitBinary: UInt8 = 77
  static let string: UInt8 = 107
  static let list: UInt8 = 108
  static let nilList: UInt8 = 106
  static let smallTuple: UInt8 = 104
  static let largeTuple: UInt8 = 105
  static let map: UInt8 = 116

  static let compressed: UInt8 = 80
  /// Funs, pids, ports, references in all their forms.
  static func isForeign(_ tag: UInt8) -> Bool {
    switch tag {
    case 88, 89, 90, 101, 102, 103, 112, 113, 114, 117, 120: true
    default: false
    }
  }
}
