import Basics
import Settings

/// What this board has and offers: its name, its radio, its GPIO lines. Peers cannot reach a line that is not listed.
///
/// ```ini
/// [board]
/// name = Pump house
///
/// [wifi]
/// interface = wlan0
/// manager = auto             ; wpa_supplicant, networkmanager
/// control = /run/wpa_supplicant
/// respawned = no             ; yes where something starts wpa_supplicant again when it ends
///
/// [gpio pump]
/// line = GPIO17              ; or: chip = pinctrl-bcm2711 and offset = 17
/// direction = output         ; input when not given
/// active_low = no
/// bias = as-is               ; disable, pull-up, pull-down
/// initial = keep             ; 0, 1: what an output is driven to when the daemon starts
/// description = The big one
///
/// [gpio float-switch]
/// line = GPIO27
/// bias = pull-up
/// debounce = 20              ; milliseconds
/// ```
public struct BoardProfile: Equatable, Sendable {
  /// The radio that is ours to restart.
  public struct Wifi: Equatable, Sendable {
    /// What on the board has the radio, and so is asked about it.
    public enum Manager: Equatable, Sendable {
      /// NetworkManager if it says that it manages the interface, else wpa_supplicant.
      case automatic
      /// wpa_supplicant, by its control socket.
      case wpaSupplicant
      /// NetworkManager, by `nmcli`.
      case networkManager
    }

    /// 1 to 15 bytes, such as `wlan0`.
    public let interface: [UInt8]
    /// What has it.
    public let manager: Manager
    /// The folder that holds wpa_supplicant's control sockets, one an interface.
    public let control: [UInt8]

    /// Whether something starts wpa_supplicant again when it ends. Only then may a restart end it: anywhere else
    /// that would take the board off the network for good.
    public let isRespawned: Bool

    /// Takes the values as they are; what a file says is checked by ``BoardProfile/init(_:)``.
    public init(
      interface: [UInt8], control: [UInt8], isRespawned: Bool = false, manager: Manager = .automatic
    ) {
      self.interface = interface
      self.manager = manager
      self.control = control
      self.isRespawned = isRespawned
    }
  }

  /// Empty when the profile gives none.
  public let name: [UInt8]
  /// nil on a board without a radio of ours.
  public let wifi: Wifi?
  /// In the order of the file.
  public let lines: [LineProfile]
  /// Unknown sections, unknown keys, and values with a comment in them that is none: errors to a check of the configuration, otherwise left alone.
  public let warnings: [ProfileFault]

  /// A profile without a file, for simulated boards and tests.
  public init(name: [UInt8] = [], wifi: Wifi? = nil, lines: [LineProfile] = []) {
    self.init(name: name, wifi: wifi, lines: lines, warnings: [])
  }

  /// Reads the settings of a profile, in the order of the file.
  public init(_ settings: [Setting]) throws(ProfileFault) {
    var board = ProfileSection(name: Array("board".utf8))
    var radio = ProfileSection(name: Array("wifi".utf8))
    var gpio: [ProfileSection] = []
    var warnings: [ProfileFault] = []
    for setting in settings {
      if setting.section == board.name {
        board.append(setting)
      } else if setting.section == radio.name {
        radio.append(setting)
      } else if setting.section.starts(with: "gpio ".utf8) {
        try Self.collect(setting, into: &gpio)
      } else {
        let known = [board.name, radio.name, [UInt8]("gpio")]
        warnings.append(
          ProfileFault(
            line: setting.line, reason: .unknownSection, nearest: nearestName(to: setting.section, among: known)))
      }
    }

    let name = try board.text("name") ?? []
    let wifi = try Self.wifi(&radio)
    var lines: [LineProfile] = []
    for index in gpio.indices {
      lines.append(try LineProfile(label: gpio[index].name, &gpio[index]))
    }
    for section in [board, radio] + gpio {
      warnings += section.unknown
    }
    for setting in settings where setting.holdsHash { warnings.append(setting.fault(.hashInValue)) }
    self.init(name: name, wifi: wifi, lines: lines, warnings: warnings)
  }

  /// The line that peers call `label`; nil when the profile has none.
  public func line(labelled label: [UInt8]) -> LineProfile? {
    lines.first { $0.label == label }
  }

  private init(name: [UInt8], wifi: Wifi?, lines: [LineProfile], warnings: [ProfileFault]) {
    self.name = name
    self.wifi = wifi
    self.lines = lines
    self.warnings = warnings
  }
}

extension BoardProfile {
  static let maximumLines = 256
  /// Of a name or a description, in bytes.
  static let maximumTextLength = 64
  /// With an interface's name behind it, the control path still fits a socket's address.
  static let maximumControlLength = 90
  static let maximumInterfaceLength = 15

  private static func collect(_ setting: Setting, into sections: inout [ProfileSection]) throws(ProfileFault) {
    let label = Array(setting.section.dropFirst(5).drop { $0 == UInt8(ascii: " ") })
    // Settings of a section mostly follow one another.
    if let index = sections.lastIndex(where: { $0.name == label }) {
      return sections[index].append(setting)
    }
    guard LineProfile.isLabel(label) else { throw setting.fault(.badLabel) }
    guard sections.count < maximumLines else { throw setting.fault(.tooManyLines) }
    var section = ProfileSection(name: label)
    section.append(setting)
    sections.append(section)
  }

  private static func wifi(_ section: inout ProfileSection) throws(ProfileFault) -> Wifi? {
    let control = try section.take("control")
    let isRespawned = try section.boolean("respawned") ?? false
    let manager = try manager(&section)
    guard let interface = try section.take("interface") else {
      if let control { throw control.fault(.controlWithoutInterface) }
      return nil
    }
    guard isInterface(interface.value) else { throw interface.fault(.badInterface) }
    guard let control else {
      return Wifi(
        interface: interface.value, control: Array("/run/wpa_supplicant".utf8), isRespawned: isRespawned,
        manager: manager)
    }
    guard control.value.first == UInt8(ascii: "/"), control.value.isText(upTo: maximumControlLength) else {
      throw control.fault(.badControlPath)
    }
    return Wifi(interface: interface.value, control: control.value, isRespawned: isRespawned, manager: manager)
  }

  private static func manager(_ section: inout ProfileSection) throws(ProfileFault) -> Wifi.Manager {
    guard let setting = try section.take("manager") else { return .automatic }
    if setting.value.equals("auto") { return .automatic }
    if setting.value.equals("wpa_supplicant") { return .wpaSupplicant }
    if setting.value.equals("networkmanager") { return .networkManager }
    throw setting.fault(.badManager)
  }

  private static func isInterface(_ name: [UInt8]) -> Bool {
    name.isText(upTo: maximumInterfaceLength) && !name.contains(UInt8(ascii: "/")) && !name.contains(UInt8(ascii: " "))
      && !name.equals(".") && !name.equals("..")
  }
}
