import Files

/// What an expression may be, as far as the source says.
struct Outcome {
  /// One of the values. `rest` says what follows the text and is not known
  /// before the program runs; nil if that is all.
  struct Candidate: Equatable {
    var text: [UInt8]
    var rest: [UInt8]?
  }

  private(set) var candidates: [Candidate]

  static let limit = 64
  /// Longer names are none.
  private static let longest = 5000

  init(_ text: [UInt8]) { candidates = [Candidate(text: text, rest: nil)] }
  init(unknown why: [UInt8]) { candidates = [Candidate(text: [], rest: why)] }
  private init(_ candidates: [Candidate]) { self.candidates = candidates }

  var isConstant: Bool { candidates.allSatisfy { $0.rest == nil } }

  static func + (a: Outcome, b: Outcome) -> Outcome {
    var all: [Candidate] = []
    for first in a.candidates {
      if first.rest != nil || first.text.count > longest {
        all.append(first)
      } else {
        for second in b.candidates { all.append(Candidate(text: first.text + second.text, rest: second.rest)) }
      }
    }
    return Outcome(all).bounded
  }

  /// One of several.
  static func any(_ outcomes: [Outcome]) -> Outcome {
    var all: [Candidate] = []
    for outcome in outcomes {
      for candidate in outcome.candidates where !all.contains(candidate) {
        all.append(candidate)
        if all.count > limit { return Outcome(all).bounded }
      }
    }
    return Outcome(all)
  }

  private var bounded: Outcome {
    candidates.count > Outcome.limit ? Outcome(unknown: sentence(["it may be more than ", .number(Outcome.limit), " names"])) : self
  }

  /// What stands before the first of these bytes; the rest is filled in.
  func cut(before byte: UInt8, _ why: StaticString) -> Outcome {
    Outcome(
      candidates.map { candidate in
        guard let at = candidate.text.firstIndex(of: byte) else { return candidate }
        return Candidate(text: Array(candidate.text[..<at]), rest: [UInt8](why))
      })
  }
}
