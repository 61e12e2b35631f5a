import TestKit

extension Repository {
  /// What a reader of the project's documentation reads.
  static var articles: [String] { ["README.md"] + catalogues(".md") }

  /// Files of the DocC catalogues.
  static func catalogues(_ ending: String) -> [String] {
    files(in: "Sources", ending).filter { $0.contains(".docc/") }
  }
}
