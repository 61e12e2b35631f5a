import Admin
import Hardware
import Ini
import Linux
import PeerNet
import Settings

/// The configuration and board profile files, read and understood as far as they can be.
enum ConfigurationFile {
  struct Loaded {
    let path: [UInt8]
    var configuration = Configuration()
    /// What a newer file may hold: told, and otherwise ignored. Each with its file and line.
    var warnings: [[UInt8]] = []
  }

  /// Reads the file, which must be there only if `explicit` names it.
  static func load(_ explicit: [UInt8]?) throws(CommandError) -> Loaded {
    var loaded = Loaded(path: explicit ?? Configuration.standardFile.bytes)
    guard let settings = try settings(loaded.path, mustExist: explicit != nil) else { return loaded }
    let (configuration, faults) = Configuration.read(settings)
    loaded.configuration = configuration
    var errors: [[UInt8]] = []
    for fault in faults {
      let line = loaded.path + ":".utf8 + fault.text
      if fault.isTolerable { loaded.warnings.append(line) } else { errors.append(line) }
    }
    guard errors.isEmpty else { throw .configuration(errors + loaded.warnings) }
    return loaded
  }

  /// Reads the board profile and, in addition, `board.conf` of the state folder: the settings of this one board, which win.
  /// A board without either has no radio and no lines of ours.
  ///
  /// What is wrong with the board's own settings is told and leaves the profile without them: they are no reason not to be
  /// reachable.
  static func loadProfile(
    _ configuration: Configuration
  ) throws(CommandError) -> (profile: BoardProfile, warnings: [[UInt8]]) {
    let path = configuration.profile
    let isStandard = path == Configuration().profile
    let common = try settings(path, mustExist: !isStandard) ?? []
    let profile: BoardProfile
    do throws(ProfileFault) { profile = try BoardProfile(common) } catch {
      throw .configuration([line(path, error.line, error.text)])
    }
    let warnings = profile.warnings.map { line(path, $0.line, $0.text) }
    let ownPath = StatePaths(configuration, hasDataPartition: StateFolder.hasDataPartition).board
    guard ownPath != path else { return (profile, warnings) }
    do throws(CommandError) {
      guard let own = try settings(ownPath, mustExist: false, mustEnd: true) else { return (profile, warnings) }
      let merged = try merged(common, own, ownPath)
      let further = merged.warnings.filter { !profile.warnings.contains($0) }
      return (merged, warnings + further.map { line(ownPath, $0.line, $0.text) })
    } catch {
      return (profile, warnings + error.lines)
    }
  }

  private static func merged(
    _ common: [Setting], _ own: [Setting], _ path: [UInt8]
  ) throws(CommandError) -> BoardProfile {
    let kept = common.filter { setting in !own.contains { $0.section == setting.section && $0.key == setting.key } }
    do throws(ProfileFault) { return try BoardProfile(kept + own) } catch {
      throw .configuration([line(path, error.line, error.text)])
    }
  }

  /// The profile of the board that is to be run: the simulated one brings its own. A name in the configuration is
  /// the board's, whatever the profile says.
  static func boardProfile(
    _ configuration: Configuration
  ) throws(CommandError) -> (profile: BoardProfile, warnings: [[UInt8]]) {
    var (profile, warnings): (BoardProfile, [[UInt8]]) =
      switch configuration.board {
      case .simulated: (.simulated, [])
      case .linux: try loadProfile(configuration)
      }
    if let name = configuration.name { profile = BoardProfile(name: name, wifi: profile.wifi, lines: profile.lines) }
    return (profile, warnings)
  }

  /// With `mustEnd`, a file whose last line has no end is taken for half a file: `GPIO1` may have been `GPIO17`.
  private static func settings(
    _ path: [UInt8], mustExist: Bool, mustEnd: Bool = false
  ) throws(CommandError) -> [Setting]? {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try DurableFile(path: path, limit: IniFile.maximumSize).read()
    } catch {
      throw .configuration([path + ": ".utf8 + error.text])
    }
    guard let bytes else {
      if mustExist { throw .configuration([path + ": there is no such file; name one that is there".utf8]) }
      return nil
    }
    if mustEnd, let last = bytes.last, last != UInt8(ascii: "\n") {
      throw .configuration([
        path + ": it may be cut off, so nothing of it is taken; end its last line, or copy it again".utf8
      ])
    }
    do throws(IniFault) { return try IniFile(bytes).settings } catch {
      throw .configuration([line(path, error.line, error.text.bytes)])
    }
  }

  private static func line(_ path: [UInt8], _ number: Int, _ reason: [UInt8]) -> [UInt8] {
    var text = path
    text += ":"
    if number > 0 {
      text.append(decimal: number)
      text += ":"
    }
    text += " "
    text += reason
    return text
  }
}
