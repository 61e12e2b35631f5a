import Disk
import Glibc

/// What kept an image from being read, or a file of ours from being written.
package enum ImageError: Error, Equatable, Sendable {
  /// The file cannot be read. The reason continues a sentence after "because".
  case cannotRead(path: String, reason: String)
  /// The system refuses to write the file.
  case cannotWrite(path: String, SystemError)
  /// It is not the image of a board's disk.
  case notAnImage(path: String)
  /// It ends before its last partition does.
  case tooShort(path: String)
  /// What it was provisioned with is damaged in both places.
  case damagedProvision(path: String, ProvisionFault)
  /// It is packed, and xz(1) does not start.
  case noUnpacker(path: String, SystemError)
  /// It is packed, and xz(1) finds it damaged.
  case damagedPacking(path: String)
}

/// The number of an error that the system gave, as in errno(3).
package struct SystemError: Error, Equatable, Sendable {
  let number: Int32

  /// Any number.
  package init(number: Int32) { self.number = number }

  /// Of the call that failed just now.
  static var latest: SystemError { SystemError(number: errno) }
  /// What stands for a disk that takes or gives nothing more.
  static let inputOutput = SystemError(number: EIO)
  /// Another process holds the disk.
  package static let busy = SystemError(number: EBUSY)
  /// The disk takes nothing.
  package static let readOnly = SystemError(number: EROFS)
  /// The drive is empty.
  package static let noMedium = SystemError(number: ENOMEDIUM)

  /// A signal came; nothing is wrong.
  var isInterruption: Bool { number == EINTR }

  /// The C library's words for it.
  package var text: String { String(cString: strerror(number)) }
}
