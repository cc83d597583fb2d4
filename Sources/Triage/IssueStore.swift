import Files

/// What is done to one issue.
public enum IssueChange: Sendable, Equatable {
  case comment(text: [UInt8], key: [UInt8])
  case setBody([UInt8])
  case reopen
}

public struct NewIssue: Sendable, Equatable {
  public let title: [UInt8]
  public let labels: [[UInt8]]
  public let body: [UInt8]
  /// Of the cluster that it is for: an issue with this mark is not made again.
  public let key: [UInt8]
}

public enum IssueOutcome: String, Sendable {
  case done
  /// It has the mark of this already.
  case already
  /// It is not what it was when the plan was made. Nothing was done.
  case changed
}

/// A tracker. What is asked twice is done once.
public protocol IssueStore: ~Copyable {
  /// All that have the label, or all.
  mutating func list(label: [UInt8]?) throws(Fault) -> [Issue]

  /// All of the changes or none. `hash`: of the issue that they were made for.
  mutating func change(_ name: [UInt8], from hash: [UInt8], _ changes: [IssueChange]) throws(Fault) -> IssueOutcome

  mutating func create(_ issue: NewIssue) throws(Fault) -> IssueOutcome
}

extension IssueStore where Self: ~Copyable {
  public mutating func comment(_ issue: Issue, _ text: [UInt8], key: [UInt8]) throws(Fault) -> IssueOutcome {
    try change(issue.name, from: issue.hash, [.comment(text: text, key: key)])
  }

  public mutating func setBody(_ issue: Issue, _ body: [UInt8]) throws(Fault) -> IssueOutcome {
    try change(issue.name, from: issue.hash, [.setBody(body)])
  }

  public mutating func reopen(_ issue: Issue) throws(Fault) -> IssueOutcome { try change(issue.name, from: issue.hash, [.reopen]) }
}
