import Admin
import ETF
import PeerNet

/// Terms as a test writes them.
func binary(_ text: String) -> Term { .binary(Array(text.utf8)) }
func atom(_ text: String) -> Term { .atom(Atom(Array(text.utf8))) }
func map(_ pairs: (Term, Term)...) -> Term { .map(pairs.map { MapPair($0.0, $0.1) }) }
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A term's map with its keys as text; nested maps stay terms.
func fields(_ term: Term) -> [(String, Term)] {
  (term.pairs ?? []).map { (text($0.key.binaryBytes ?? []), $0.value) }
}

func grants(_ text: String) -> Grants { Grants(text: bytes(text))! }
