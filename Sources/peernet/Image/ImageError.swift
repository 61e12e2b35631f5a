import Disk
import Glibc

/// What kept an image from being read, or a file of ours from being written.
enum ImageError: Error, Equatable {
  /// The file cannot be read. The reason continues a sentence after "because".
  case cannotRead(path: String, reason: String)
  /// The system refuses to write the file.
  case cannotWrite(path: String, SystemError)
  /// It is not the image of a board's disk.
  case notAnImage(path: String)
  /// It ends before its last partition does.
  case tooShort(path: String)
  /// What it was provisioned with is damaged in both places.
  case damagedProvision(path: String, ProvisionError)
  /// It is packed, and xz(1) does not start.
  case noUnpacker(path: String, SystemError)
  /// It is packed, and xz(1) finds it damaged.
  case damagedPacking(path: String)
}

/// The number of an error that the system gave, as in errno(3).
struct SystemError: Error, Equatable {
  let number: Int32

  /// Of the call that failed just now.
  static var latest: SystemError { SystemError(number: errno) }
  /// What stands for a disk that takes or gives nothing more.
  static let inputOutput = SystemError(number: EIO)
  static let busy = SystemError(number: EBUSY)
  static let readOnly = SystemError(number: EROFS)
  static let noMedium = SystemError(number: ENOMEDIUM)

  /// A signal came; nothing is wrong.
  var isInterruption: Bool { number == EINTR }

  /// The C library's words for it.
  var text: String { String(cString: strerror(number)) }
}
