import Admin
import Basics
import Disk
import Linux

/// Why something with the image's slots, or with the disk that they are on, could not be done.
enum ImageError: Error {
  /// Neither configured nor started from a slot.
  case noSlots
  /// The image that runs does not say which board it is for.
  case noRelease([UInt8])
  case refused(SlotError)
  /// `touched` is the slot that was written already, and holds nothing now.
  case notAnImage(SlotImageFault, touched: Slot?)
  case otherBoard([UInt8], this: [UInt8])
  /// The idle slot cannot be tried: it holds no whole image.
  case notWhole(Slot, SlotImageFault)
  /// The disk gives back other bytes than were written.
  case notKept
  /// `touched` as above.
  case disk([UInt8], Errno, touched: Slot? = nil)
  case source([UInt8], Errno, touched: Slot?)
  /// Another `slot write` or `slot try` runs.
  case busy
  /// The lock could not be had for another reason.
  case noLock([UInt8], FileError)
  case revocationsFull

  var exitStatus: ExitStatus {
    switch self {
    case .noSlots, .noRelease: .noSlots
    case .refused(.onTrial): .onTrial
    case .refused(.notStarted): .notStarted
    case .refused(.running): .slotInUse
    case .refused(.unverified), .notWhole: .notWhole
    case .notAnImage(.tooLarge, _): .imageTooLarge
    case .notAnImage: .notAnImage
    case .otherBoard: .otherBoard
    case .notKept: .notVerified
    case .disk, .source, .noLock, .revocationsFull: .io
    case .busy: .busy
    }
  }

  /// What failed, why, and what to do.
  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .noSlots:
      text += "this system does not run from a slot of a flashed disk; slots are for boards with our image"
    case .noRelease(let path):
      text.append(escaped: path, limit: 1024)
      text += ": no board= in it, so no image can be told to be for this board; flash the board anew"
    case .refused(let refusal): text += refusal.text
    case .notAnImage(let error, let touched):
      text += error.text
      text.append(touched: touched)
      text += "give a whole slot-BOARD.img"
    case .otherBoard(let board, let this):
      text += "the image is for the board "
      text.append(escaped: board)
      text += ", this one is "
      text.append(escaped: this)
      text.append(touched: nil)
      text += "take the image of this board"
    case .notWhole(let slot, let error):
      text += "slot "
      text.append(slot.letter)
      text += " cannot be tried: "
      text += error.text
      text += "; write it first: peernetd slot write FILE"
    case .notKept:
      text += "the disk gives back other bytes than were written: it wears out; replace the card and flash the new one"
    case .source(let path, let error, let touched?), .disk(let path, let error, let touched?):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += error.text
      text.append(touched: touched)
      text += "write it anew"
    case .disk(let path, let error, nil), .source(let path, let error, nil):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += error.text
      text += "; see that it is there, and that this user may use it"
    case .busy: text += "another peernetd slot command is at work; try again when it has ended"
    case .noLock(let path, let error):
      text.append(escaped: path, limit: 1024)
      text += ": "
      text += error.text
    case .revocationsFull: text += "the revocation log is full; flash the board anew"
    }
    return text
  }
}

extension [UInt8] {
  fileprivate mutating func append(touched slot: Slot?) {
    guard let slot else {
      self += "; nothing was written, "
      return
    }
    self += "; slot "
    append(slot.letter)
    self += " holds no image now, "
  }
}

extension SlotError {
  fileprivate var text: [UInt8] {
    var text: [UInt8] = []
    text += "slot "
    switch self {
    case .onTrial(let slot):
      text.append(slot.letter)
      text += " is on trial; three boots roll it back, or confirm it: peernetd slot confirm"
    case .notStarted(let slot):
      text.append(slot.letter)
      text += " is on trial and does not run yet; reboot to start it"
    case .unverified(let slot):
      text.append(slot.letter)
      text += " holds no whole image; write it first: peernetd slot write FILE"
    case .running(let slot):
      text.append(slot.letter)
      text += " is the one that would be written, and this system runs from it: the confirmed slot did not load; "
      text += "confirm this one, which frees the other: peernetd slot confirm"
    }
    return text
  }
}

extension SlotImageFault {
  var text: StaticString {
    switch self {
    case .notASquashfs: "it is no slot image"
    case .noHeader: "it is no slot image: there is no slot header"
    case .headerChecksum, .malformedHeader: "its slot header is damaged"
    case .tooLarge: "it is larger than a slot"
    case .truncated(0): "there is nothing in it"
    case .truncated: "the image ends too early"
    case .trailingBytes: "the image goes on behind its end"
    case .contentHash: "the image is damaged: its contents have another hash than its header says"
    }
  }
}
