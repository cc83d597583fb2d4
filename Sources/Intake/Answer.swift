import Dates
import Store

/// What a collector answers to a report.
public enum Verdict: Sendable, Equatable {
  /// `dropped` says in words what was not kept, at most 20 of them, and how many more.
  case keep(KeptReport, dropped: [String])
  /// `status` is of HTTP; the sentence says what is wrong and what to do.
  case refuse(status: Int, sentence: String)
}

/// Why a report is not kept.
struct Flaw: Error {
  var status = 400
  let sentence: String

  init(_ sentence: String, status: Int = 400) { (self.sentence, self.status) = (sentence, status) }
}

/// What was not kept of a report, in words.
struct Dropped {
  private(set) var words: [String] = []
  private var count = 0
  static let most = 20

  mutating func add(_ word: @autoclosure () -> String) {
    count += 1
    if count <= Dropped.most { words.append(word()) }
  }

  var told: [String] { count > Dropped.most ? words + ["and \(count - Dropped.most) more"] : words }
}
