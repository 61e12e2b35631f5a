import ETF
import Testing
import Vectors

@Suite struct VectorTests {
  @Test func recordedTermsDecodeToTheirValues() throws {
    let entries = Vectors.peerNet1.list("etf")
    try #require(entries.count == recordedTerms.count)
    for (entry, expected) in zip(entries, recordedTerms) {
      #expect(entry.text("term").hasPrefix(expected.text), "the table follows the recording")
      for field in ["etf", "etf_minor_version_2"] where entry.has(field) {
        let decoded = try Term.decode(entry.bytes(field))
        #expect(sortedIfLarge(decoded) == sortedIfLarge(expected.term), "\(entry.text("term"))")
        if case .float(let value) = decoded { #expect(expected.term.double?.bitPattern == value.bitPattern) }
      }
    }
  }

  @Test func recordedTermsEncodeToTheirBytes() throws {
    for (entry, expected) in zip(Vectors.peerNet1.list("etf"), recordedTerms) {
      let latin1 = entry.bytes("etf")
      let utf8 = entry.has("etf_minor_version_2") ? entry.bytes("etf_minor_version_2") : latin1
      // OTP orders maps above 32 keys by a hash of its own: there the order is taken from the recording.
      let term = isLargeMap(expected.term) ? try Term.decode(latin1) : expected.term
      #expect(term.encoded(options: .init(atoms: .latin1)) == latin1, "\(entry.text("term"))")
      #expect(term.encoded() == utf8, "\(entry.text("term"))")
    }
  }

  /// What is built as a plain list encodes like what is read.
  @Test func recordedTermsEncodeTheSameFromLooserForms() throws {
    for (entry, expected) in zip(Vectors.peerNet1.list("etf"), recordedTerms) where !isLargeMap(expected.term) {
      #expect(loosened(expected.term).encoded(options: .init(atoms: .latin1)) == entry.bytes("etf"))
    }
  }

  @Test func recordedInputsAreTakenOrRefused() throws {
    /// What we refuse although the recorded peer takes it, and the other way round.
    let stricter: [String: ETFDecodingError] = [
      "trailing byte": .init(kind: .trailingBytes, offset: 3),
      "two terms": .init(kind: .trailingBytes, offset: 3),
      "compressed 1000-byte binary": .init(kind: .compressed, offset: 1),
      "pid, nonode": .init(kind: .foreignTag, offset: 1),
      "reference": .init(kind: .foreignTag, offset: 1),
      "port": .init(kind: .foreignTag, offset: 1),
      "external fun &Enum.sum/1": .init(kind: .foreignTag, offset: 1),
      "10000 nested lists": .init(kind: .tooDeep, offset: 1 + 128 * 5),
    ]
    let laxer: [String: Term] = ["atom utf8 unknown": atom("vec_unknown_atom_aa")]
    let taken: [String: Term] = [
      "ok :ok": atom("ok"), "ok 1": 1, "ok 5": 5, "ok 0": 0, "ok -5": -5, "ok 1.5": .float(1.5),
      "ok [1, 2, 3]": .string([1, 2, 3]), "ok []": .list([]), "ok [1, 2]": .string([1, 2]), "ok {1}": .tuple([1]),
      "ok <<5>>": .binary([5]), "ok \"\"": .binary([]), "ok <<5::size(3)>>": bits([0b1010_0000], 3),
      // The map keeps the order in which it was sent.
      "ok %{1 => 1, 2 => 2}": .map([MapPair(2, 2), MapPair(1, 1)]),
    ]
    let refused: [String: ETFDecodingError.Kind] = [
      "atom bad utf8": .atom, "atom 256 characters": .atom, "empty input": .truncated, "version only": .truncated,
      "wrong version 130": .version, "unknown tag 200": .unknownTag, "tag 255": .unknownTag,
      "truncated integer": .truncated, "truncated binary": .truncated, "binary length 2^32-1": .truncated,
      "list length 2^32-1": .truncated, "tuple arity 2^32-1": .truncated, "map arity 2^32-1": .truncated,
      "float NaN": .float, "float +inf": .float, "map with a duplicate key": .duplicateKey,
      "bit binary 0 bits in the last byte": .bitstring, "bit binary 9 bits in the last byte": .bitstring,
      "bit binary length 0, bits 3": .bitstring, "compressed, wrong size": .compressed,
      "compressed, nested version byte": .compressed, "local fun, unknown module": .foreignTag,
      "external fun, unknown function atom": .foreignTag,
    ]
    var exceptions = 0
    for entry in Vectors.peerNet1.list("etf_decode") {
      let name = entry.text("case")
      let result = Result { () throws(ETFDecodingError) in try Term.decode(entry.bytes("bytes")) }
      if let error = stricter[name] {
        #expect(result == .failure(error), "\(name)")
        exceptions += 1
      } else if let term = laxer[name] {
        #expect(result == .success(term), "\(name)")
        exceptions += 1
      } else if entry.text("result").hasPrefix("ok ") {
        let term = try #require(taken[entry.text("result")], "\(name)")
        #expect(result == .success(term), "\(name)")
      } else {
        #expect(entry.text("result") == "error invalid_term")
        let kind = try #require(refused[name], "\(name)")
        guard case .failure(let error) = result else {
          Issue.record("\(name) was taken")
          continue
        }
        #expect(error.kind == kind, "\(name)")
      }
    }
    #expect(exceptions == stricter.count + laxer.count)
  }

  private func isLargeMap(_ term: Term) -> Bool { (term.pairs?.count ?? 0) > 32 }

  private func sortedIfLarge(_ term: Term) -> Term {
    guard isLargeMap(term), let pairs = term.pairs else { return term }
    return .map(pairs.sorted { ($0.key.int64 ?? 0) < ($1.key.int64 ?? 0) })
  }

  private func loosened(_ term: Term) -> Term {
    switch term {
    case .string(let bytes): .list(bytes.map { .integer(Int64($0)) })
    case .integer(let value):
      .bigInteger(
        BigInteger(
          isNegative: value < 0, magnitude: (0..<8).map { UInt8(truncatingIfNeeded: value.magnitude >> ($0 * 8)) }))
    case .list(let elements) where elements.count > 1:
      .improperList([loosened(elements[0])], tail: .list(elements.dropFirst().map(loosened)))
    case .list(let elements): .improperList(elements.map(loosened), tail: .list([]))
    case .improperList(let elements, let tail): .improperList(elements.map(loosened), tail: loosened(tail))
    case .tuple(let elements): .tuple(elements.map(loosened))
    case .map(let pairs): .map(pairs.map { MapPair(loosened($0.key), loosened($0.value)) })
    case .atom, .bigInteger, .float, .binary, .bitstring: term
    }
  }
}
