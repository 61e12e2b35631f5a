import PeerNet
import PeerNetClient
import Settings
import Sodium

/// The boards of a batch: a CSV file with a row a board and, in its first row, the names of the columns.
package struct BoardTable {
  /// Bytes of its file.
  package static let maximumBytes = 1 << 20

  /// What is wrong, and where: line and column are counted from 1.
  package struct Fault: Error, Equatable {
    let line: Int
    let column: Int
    let reason: String

    /// For people.
    package var text: String { "line \(line), column \(column): \(reason)" }
  }

  struct Row {
    let request: BoardRequest
    /// Where each setting stands; one that is left to the command line, at the row's beginning.
    private let places: [BoardRequest.Setting: CSV.Field]
    private let start: CSV.Field

    fileprivate init(_ fields: [CSV.Field], _ columns: [BoardRequest.Setting], _ defaults: BoardRequest, folder: String)
    {
      var request = defaults
      var places: [BoardRequest.Setting: CSV.Field] = [:]
      for (setting, field) in zip(columns, fields) where !field.text.isEmpty {
        places[setting] = field
        request.put(field.text, setting, folder: folder)
      }
      (self.request, self.places, start) = (request, places, fields[0])
    }

    func fault(_ setting: BoardRequest.Setting, _ reason: String) -> Fault {
      let place = places[setting] ?? start
      return Fault(line: place.line, column: place.column, reason: "\(setting.rawValue): \(reason)")
    }
  }

  /// In the order of the file, at least one.
  let rows: [Row]

  /// - Parameters:
  ///   - defaults: what holds where a row says nothing.
  ///   - folder: what names of files in the table are relative to.
  package init(_ bytes: [UInt8], defaults: BoardRequest, folder: String) throws(Fault) {
    let csv: CSV
    do throws(CSV.Fault) { csv = try CSV(bytes) } catch {
      throw Fault(line: error.line, column: error.column, reason: error.reason)
    }
    guard let header = csv.rows.first.map({ Self.withoutEmptyEnd($0) }) else {
      throw Fault(line: 1, column: 1, reason: "the file is empty")
    }
    let columns = try Self.columns(header)
    rows = try csv.rows.dropFirst().map { fields throws(Fault) in
      let fields = Self.withoutEmptyEnd(fields, atLeast: columns.count)
      guard fields.count == columns.count else {
        throw Fault(
          line: fields[0].line, column: fields[min(fields.count, columns.count + 1) - 1].column,
          reason: "\(fields.count) fields under \(columns.count) columns")
      }
      for field in fields where !field.isQuoted {
        guard let blank = TextFile.blank(atAnEndOf: Array(field.text.utf8)) else { continue }
        throw Fault(
          line: field.line, column: field.column,
          reason: "it \(blank); take that out, or put the field in quotes if it is meant")
      }
      return Row(fields, columns, defaults, folder: folder)
    }
    guard !rows.isEmpty else { throw Fault(line: 2, column: 1, reason: "there is no row below the columns' names") }
  }

  /// Spreadsheets leave empty columns behind the last one.
  private static func withoutEmptyEnd(_ fields: [CSV.Field], atLeast count: Int = 1) -> [CSV.Field] {
    var fields = fields
    while fields.count > count, fields.last?.text.isEmpty ?? false { fields.removeLast() }
    return fields
  }

  private static func columns(_ header: [CSV.Field]) throws(Fault) -> [BoardRequest.Setting] {
    var columns: [BoardRequest.Setting] = []
    for field in header {
      // Blanks around the name of a column mean nothing.
      let name = String(field.text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
      guard let setting = BoardRequest.Setting(rawValue: name) else {
        let names = BoardRequest.Setting.allCases.map(\.rawValue)
        let nearest = nearestName(to: Array(name.utf8), among: names.map { Array($0.utf8) })
        let hint =
          nearest.map { "; did you mean \(Printable.text($0))?" } ?? ", known are \(names.joined(separator: ", "))"
        throw Fault(
          line: field.line, column: field.column,
          reason: name.isEmpty ? "the column has no name" : "unknown column \(Printable.text(name))\(hint)")
      }
      guard !columns.contains(setting) else {
        throw Fault(line: field.line, column: field.column, reason: "column \(setting.rawValue) stands twice")
      }
      columns.append(setting)
    }
    guard columns.contains(.hostname) else { throw Fault(line: 1, column: 1, reason: "column hostname is missing") }
    return columns
  }

  /// Every row's settings, or everything that is wrong with any of them.
  package func settings(ownKey: PublicKey, peers: TrustList) -> (settings: [BoardSettings], faults: [Fault]) {
    var settings: [BoardSettings] = []
    var faults: [Fault] = []
    var lines: [String: Int] = [:]
    for row in rows {
      do throws(BoardRequest.Fault) {
        let board = try row.request.settings(ownKey: ownKey, peers: peers)
        let name = board.hostname.text.lowercased()
        if let line = lines[name] {
          faults.append(row.fault(.hostname, "\(board.hostname.text) stands in line \(line) already"))
        }
        lines[name] = row.fault(.hostname, "").line
        settings.append(board)
      } catch { faults.append(row.fault(error.setting, error.reason)) }
    }
    return (settings, faults)
  }
}

extension BoardRequest {
  fileprivate mutating func put(_ text: String, _ setting: Setting, folder: String) {
    func path(_ text: String) -> String { text.hasPrefix("/") ? text : "\(folder)/\(text)" }
    switch setting {
    case .hostname: hostname = text
    case .wifi: wifi = text
    case .passwordFile: passwordFile = path(text)
    case .country: country = text
    case .trust: trust = text.split(separator: ";").map { String($0.drop { $0 == " " }) }
    case .allow: allow = text
    case .profile: profile = path(text)
    }
  }
}
