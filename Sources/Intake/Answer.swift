import Dates
import Store

/// What a collector answers to a report.
public enum Verdict: Sendable, Equatable {
  /// `dropped` says in words what was not kept, at most 20 of them.
  case keep(KeptReport, dropped: [String])
  /// `status` is of HTTP; the sentence says what is wrong and what to do.
  case refuse(status: Int, sentence: String)
}
