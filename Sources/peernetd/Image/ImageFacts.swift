import Admin
import Disk
import Linux

/// What `system.info` tells of a flashed board's image and last boot, read anew each time: somebody may be about to
/// change it.
struct ImageFacts {
  let settings: ImageSettings

  func add(to info: inout SystemInfo) {
    guard let path = settings.disk else { return }
    var image = Answer()
    image.put("slot", letter(settings.running?.slot))
    image.put("version", settings.release("version"))
    if let environment = (try? BoardDisk(path, for: .reading).slotEnvironment())?.current {
      image.put("confirmed", letter(environment.confirmed))
      image.put("trial", letter(environment.trial))
      image.put("failed", letter(environment.failed))
      image.put("reason", environment.reason?.text)
    }
    info.image = image
    let facts = ImageSettings.read(settings.facts)
    var boot = Answer()
    boot.put("reason", ImageSettings.value(of: "boot.reason", in: facts))
    boot.put("detail", ImageSettings.value(of: "boot.detail", in: facts))
    boot.put("data", ImageSettings.value(of: "data", in: facts))
    boot.put("data_detail", ImageSettings.value(of: "data.detail", in: facts))
    info.boot = boot
  }

  private func letter(_ slot: Slot?) -> [UInt8]? {
    guard let slot else { return nil }
    return [slot.letter]
  }
}
