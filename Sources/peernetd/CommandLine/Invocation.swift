import PeerNet
import Sodium

/// What the command line asks for.
struct Invocation: Equatable {
  enum Command: Equatable {
    case run
    case checkConfiguration
    case version
    case help
    case id
    case pair(PairRequest)
    case unpair(peer: [UInt8])
    case peers
    case importPeers(ImportRequest)
    case slot(SlotRequest)
  }

  struct PairRequest: Equatable {
    var key: PublicKey
    var label: [UInt8]
    /// As written, separated by commas; empty allows nothing but `agent.whoami`. Nil leaves a known peer's grants as
    /// they are.
    var allow: [UInt8]?
    var wire: Wire?
    /// Whether a known peer keeps its label and its grants and gets `allow` in addition.
    var adds = false
  }

  struct ImportRequest: Equatable {
    var file: [UInt8]
    /// What each of the new peers may call, as in a `PairRequest`. A BEAM peer's list does not say.
    var allow: [UInt8]
    var isDryRun = false
  }

  enum SlotRequest: Equatable {
    case status
    /// A slot image's path; `-` is standard input.
    case write([UInt8])
    /// `slot try`
    case attempt
    case confirm
  }

  var command = Command.run
  /// nil is `Configuration.standardFile`, which need not exist.
  var configurationFile: [UInt8]?

  static let usage: StaticString = """
    peernetd: the agent of a PeerNet board

      peernetd                        run in the foreground, log to stderr
      peernetd --check-config         read the configuration and tell what is wrong with it
      peernetd id                     print this board's key, fingerprint and key file
      peernetd pair KEY LABEL [--allow NAME,NAME] [--wire 1|2]
                                      trust a peer and let it call what is named, and no more:
                                      wifi.restart, wifi.*, gpio.write:pump or *
      peernetd pair KEY LABEL --add NAME,NAME
                                      the same; but who is trusted already keeps its label, and may
                                      call what is named besides
      peernetd unpair PEER            no longer trust the peer of that label, key or fingerprint
      peernetd peers                  list the trusted peers
      peernetd import --allow NAME,NAME [--dry-run] TRUST.BIN
                                      trust the peers of an Elixir node's list, too, and let each call
                                      what is named; agent.whoami names no more than pairing gives
      peernetd slot [status]          on a flashed board: what runs, what boots, what is in the slots
      peernetd slot write FILE|-      write a slot image to the slot that is idle; a stream (-) that breaks
                                      on its way leaves that slot empty
      peernetd slot try               start that slot at the next boots, until it is confirmed; three boots
                                      without that end the trial
      peernetd slot confirm           the slot that runs is the one that boots from now on
      peernetd --version | --help

      --config FILE                   instead of /etc/peernet/peernetd.conf

    """

  /// Reads the arguments behind the program's name.
  init(_ arguments: ArraySlice<[UInt8]>) throws(UsageError) {
    var words: [[UInt8]] = []
    var options = Options()
    var rest = arguments
    while let argument = rest.popFirst() {
      guard argument.first == UInt8(ascii: "-"), argument.count > 1 else {
        words.append(argument)
        continue
      }
      try options.read(argument, &rest)
    }
    configurationFile = options.configurationFile
    if options.help {
      command = .help
    } else if options.version {
      command = .version
    } else {
      command = try Self.command(words, options)
    }
  }

  private static func command(_ words: [[UInt8]], _ options: Options) throws(UsageError) -> Command {
    let command: Command
    let operands: Int
    switch words.first ?? [] {
    case "":
      (command, operands) = (options.check ? .checkConfiguration : .run, 0)
    case "id":
      (command, operands) = (.id, 1)
    case "peers":
      (command, operands) = (.peers, 1)
    case "unpair":
      guard words.count >= 2 else { throw .missing("PEER, a label, key or fingerprint") }
      (command, operands) = (.unpair(peer: words[1]), 2)
    case "slot":
      (command, operands) = try slot(words)
    case "import":
      guard words.count >= 2 else { throw .missing("TRUST.BIN, the Elixir node's list") }
      guard let allow = options.allow else { throw .missing("--allow: what the imported peers may call here") }
      (command, operands) = (.importPeers(ImportRequest(file: words[1], allow: allow, isDryRun: options.dryRun)), 2)
    case "pair":
      guard words.count >= 3 else { throw .missing("KEY and LABEL") }
      guard let key = PublicKey(text: words[1]) else { throw .notAKey(words[1]) }
      (command, operands) = (
        .pair(
          PairRequest(
            key: key, label: words[2], allow: options.add ?? options.allow, wire: options.wire,
            adds: options.add != nil)), 3
      )
    default: throw .unknownCommand(words[0])
    }
    guard words.count <= operands else { throw .unexpected(words[operands]) }
    if options.check, command != .checkConfiguration { throw .misplaced("--check-config") }
    let (isPair, isImport) =
      switch command {
      case .pair: (true, false)
      case .importPeers: (false, true)
      case .run, .checkConfiguration, .version, .help, .id, .unpair, .peers, .slot: (false, false)
      }
    if options.allow != nil, options.add != nil { throw .conflict("--allow", "--add") }
    if options.allow != nil, !isPair, !isImport { throw .misplaced("--allow") }
    if options.add != nil, !isPair { throw .misplaced("--add") }
    if options.wire != nil, !isPair { throw .misplaced("--wire") }
    if options.dryRun, !isImport { throw .misplaced("--dry-run") }
    return command
  }

  /// The command and how many words it has.
  private static func slot(_ words: [[UInt8]]) throws(UsageError) -> (Command, Int) {
    guard words.count > 1 else { return (.slot(.status), 1) }
    switch words[1] {
    case "status": return (.slot(.status), 2)
    case "try": return (.slot(.attempt), 2)
    case "confirm": return (.slot(.confirm), 2)
    case "write":
      guard words.count > 2 else { throw .missing("FILE, a slot image, or - for standard input") }
      return (.slot(.write(words[2])), 3)
    default: throw .unknownCommand("slot ".utf8 + words[1])
    }
  }
}

/// What is wrong with the command line.
enum UsageError: Error, Equatable {
  case unknownOption([UInt8])
  case unknownCommand([UInt8])
  case unexpected([UInt8])
  case missing(StaticText)
  case misplaced(StaticText)
  case conflict(StaticText, StaticText)
  case notAKey([UInt8])
  case notAWire([UInt8])

  var text: [UInt8] {
    var text: [UInt8] = []
    switch self {
    case .unknownOption(let option):
      text += "unknown option "
      text.append(escaped: option)
    case .unknownCommand(let command):
      text += "unknown command "
      text.append(escaped: command)
    case .unexpected(let argument):
      text += "unexpected argument "
      text.append(escaped: argument)
    case .missing(let what):
      text += "missing "
      text += what.literal
    case .misplaced(let option):
      text += option.literal
      text += " does not go with this command"
    case .conflict(let option, let other):
      text += option.literal
      text += " does not go with "
      text += other.literal
    case .notAKey(let key):
      text.append(escaped: key)
      text += " is not a key of 52 letters and digits, as the peer's own id command prints it"
      return text
    case .notAWire(let wire):
      text.append(escaped: wire)
      text += " is not a wire; write 1 or 2"
      return text
    }
    text += "; see peernetd --help"
    return text
  }
}

/// A literal that can be compared.
struct StaticText: Equatable, ExpressibleByStringLiteral, Sendable {
  let literal: StaticString
  init(stringLiteral literal: StaticString) { self.literal = literal }
  static func == (left: StaticText, right: StaticText) -> Bool { left.literal.bytes == right.literal.bytes }
}

private struct Options {
  var configurationFile: [UInt8]?
  var check = false
  var version = false
  var help = false
  var allow: [UInt8]?
  var add: [UInt8]?
  var wire: Wire?
  var dryRun = false

  /// Reads one option and its value, which stands behind `=` or in the next argument.
  mutating func read(_ argument: [UInt8], _ rest: inout ArraySlice<[UInt8]>) throws(UsageError) {
    let equals = argument.firstIndex(of: UInt8(ascii: "="))
    let name = Array(argument[..<(equals ?? argument.endIndex)])
    func value(_ missing: StaticText) throws(UsageError) -> [UInt8] {
      let value = equals.map { Array(argument[($0 + 1)...]) } ?? rest.popFirst() ?? []
      guard !value.isEmpty else { throw .missing(missing) }
      return value
    }
    switch name {
    case "--config": configurationFile = try value("FILE after --config")
    case "--allow": allow = try value("procedure names after --allow")
    case "--add": add = try value("procedure names after --add")
    case "--wire":
      let text = try value("1 or 2 after --wire")
      switch text {
      case "1": wire = .one
      case "2": wire = .two
      default: throw .notAWire(text)
      }
    case "--check-config" where equals == nil: check = true
    case "--dry-run" where equals == nil: dryRun = true
    case "--version" where equals == nil: version = true
    case "--help" where equals == nil, "-h" where equals == nil: help = true
    default: throw .unknownOption(argument)
    }
  }
}
