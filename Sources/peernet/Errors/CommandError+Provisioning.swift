import Admin
import PeerNetClient
import Provisioning

extension CommandError {
  /// What kept an image from being read, or a file from being written.
  init(_ error: ImageError) {
    func unusable(_ path: String) -> String { "cannot use \(Printable.text(path))" }
    switch error {
    case .cannotRead(let path, let reason):
      self.init(.io, "cannot read \(Printable.text(path))", because: reason, next: "name the file of an image")
    case .cannotWrite(let path, let error):
      self.init(
        .io, "cannot write \(Printable.text(path))", because: error.text, next: "check the folder and its room")
    case .notAnImage(let path):
      self.init(
        .notAnImage, unusable(path), because: "it is no image of a board's disk",
        next: "take one that make image built")
    case .tooShort(let path):
      self.init(
        .notAnImage, unusable(path), because: "it ends before its last partition does", next: "copy it again")
    case .damagedProvision(let path, let error):
      self.init(
        .notAnImage, unusable(path), because: "what it was provisioned with is damaged (\(error))",
        next: "provision it again from a fresh one")
    case .noUnpacker(let path, let error):
      self.init(
        .configuration, "cannot unpack \(Printable.text(path))", because: "xz does not start: \(error.text)",
        next: "install xz-utils, or unpack it yourself")
    case .damagedPacking(let path):
      self.init(
        .notAnImage, "cannot unpack \(Printable.text(path))", because: "xz finds it damaged", next: "copy it again")
    }
  }
}

extension BoardImage {
  /// Opens an image; ^C ends the reading of it. What is wrong with it can be told to a person.
  static func opened(_ path: String) throws(CommandError) -> BoardImage {
    do throws(ImageError) {
      return try BoardImage(path: path, isInterrupted: { Interruption.isRequested })
    } catch { throw CommandError(error) }
  }
}

extension CommandError {
  /// Why the disk is not written to.
  init(_ refusal: DiskSnapshot.Refusal, _ disk: DiskSnapshot, imageBytes: Int) {
    let (status, why, next): (ExitStatus, String, String) =
      switch refusal {
      case .partition(let parent):
        (.notADisk, "it is a partition of \(parent)", "name the whole disk: /dev/\(parent)")
      case .holdsSystem(let place):
        (.builtInDisk, "this computer runs from it (\(Printable.text(place)))", "name another disk")
      case .swap(let area):
        (.diskInUse, "\(Printable.text(area)) on it is in use as swap", "name another disk, or swapoff it first")
      case .mounted(let place):
        (.diskInUse, "it is mounted at \(Printable.text(place))", "unmount all of it first, or name another disk")
      case .held(let holder):
        (.diskInUse, "\(Printable.text(holder)) is built on it", "name another disk, or take that apart first")
      case .noMedium: (.notADisk, "there is no medium in it", "put the card in")
      case .builtIn:
        (.builtInDisk, "it is no card and no USB disk", "name another disk, or add --internal if it is the right one")
      case .readOnly: (.readOnlyDisk, "it is read-only", "look at the card's lock switch")
      case .tooSmall:
        (
          .diskTooSmall, "it has \(ByteCount.text(disk.bytes)) and the image \(ByteCount.text(imageBytes))",
          "take a larger one"
        )
      }
    self.init(status, "cannot flash \(disk.name)", because: why, next: next)
  }
}
