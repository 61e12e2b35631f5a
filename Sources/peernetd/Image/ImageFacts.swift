import Admin
import Disk

/// What `system.info` tells of a flashed board's image and last boot, read anew each time: somebody may be about to
/// change it.
struct ImageFacts {
  let settings: ImageSettings

  func add(to info: inout SystemInfo) {
    guard let path = settings.disk else { return }
    var image = ImageInfo()
    image.slot = settings.running.map { [$0.slot.letter] }
    image.version = settings.release("version")
    if let environment = (try? BoardDisk(path: path).slotEnvironment())?.current {
      image.confirmed = [environment.confirmed.letter]
      image.trial = environment.trial.map { [$0.letter] }
      image.failed = environment.failed.map { [$0.letter] }
      image.reason = environment.reason?.text
    }
    info.image = image
    let facts = ImageSettings.read(settings.facts)
    var boot = BootInfo()
    boot.reason = ImageSettings.value(of: "boot.reason", in: facts)
    boot.detail = ImageSettings.value(of: "boot.detail", in: facts)
    boot.data = ImageSettings.value(of: "data", in: facts)
    boot.dataDetail = ImageSettings.value(of: "data.detail", in: facts)
    info.boot = boot
  }
}
