import Files

/// What triage would do, and what it has found: from the same clusters and issues
/// always the same.
public struct Plan: Sendable {
  /// How often something was seen, as a plan says it.
  public struct Seen: Sendable, Equatable {
    public var reports: Int
    public var isExact: Bool
    /// Of so many; nil if that is not known.
    public var among: Int?
    public var low, high: Double
    public var events: UInt64
    public var firstVersion, lastVersion, firstDay, lastDay: [UInt8]
    public var systems: [[UInt8]]

    init(_ count: Cluster.Count) {
      (reports, isExact, among, events) = (count.reports, count.isExact, count.among, count.events)
      (low, high) = count.interval.map { ($0.lowerBound, $0.upperBound) } ?? (0, 1)
      (firstVersion, lastVersion) = (count.firstVersion, count.lastVersion)
      (firstDay, lastDay) = (count.firstDay.text, count.lastDay.text)
      systems = count.systems.map { $0.name + [0x20] + Array(String($0.reports).utf8) }
    }
  }

  /// A cluster that no issue has.
  public struct Creation: Sendable {
    public let issue: NewIssue
    public let seen: Seen?
    public let stacks: Int
  }

  /// Something new for an issue.
  public struct Update: Sendable {
    public let name: [UInt8]
    public let title: [UInt8]
    /// Of the issue as it was read.
    public let hash: [UInt8]
    public let newStacks: [[UInt8]]
    /// Versions at or above the one that it was fixed in.
    public let regressed: [[UInt8]]
    public let reopens: Bool
    /// Of the comment that says so.
    public let key: [UInt8]
    public let comment: [UInt8]
    /// With the new stacks' names, for the next time.
    public let body: [UInt8]

    var changes: [IssueChange] { [.setBody(body), .comment(text: comment, key: key)] + (reopens ? [.reopen] : []) }
  }

  /// An issue, and what of it was seen.
  public struct Standing: Sendable {
    public let name: [UInt8]
    public let title: [UInt8]
    public let state: Issue.State
    public let milestone: [UInt8]
    public let stacks: Int
    public let seen: Seen
    /// Closed as fixed, but seen in a version that has the fix.
    public let isRegression: Bool
  }

  /// A stack that several issues want; the first has it.
  public struct Conflict: Sendable, Equatable {
    public let stack: [UInt8]
    public let issues: [[UInt8]]
  }

  public struct Broken: Sendable, Equatable {
    public let issue: [UInt8]
    public let fault: PredicateFault
  }

  public internal(set) var creations: [Creation] = []
  public internal(set) var updates: [Update] = []
  public internal(set) var standings: [Standing] = []
  public internal(set) var conflicts: [Conflict] = []
  public internal(set) var broken: [Broken] = []

  public var isEmpty: Bool { creations.isEmpty && updates.isEmpty }
}

extension Plan {
  /// How each step went.
  public struct Result: Sendable {
    public internal(set) var created: [(name: [UInt8], outcome: IssueOutcome)] = []
    public internal(set) var updated: [(name: [UInt8], outcome: IssueOutcome)] = []

    public func count(_ outcome: IssueOutcome) -> Int { (created + updated).count { $0.outcome == outcome } }
  }

  /// Does what is not done yet. If it breaks off, it can be called again.
  public func apply(to store: inout some IssueStore & ~Copyable) throws(Fault) -> Result {
    var result = Result()
    for update in updates { result.updated.append((update.name, try store.change(update.name, from: update.hash, update.changes))) }
    for creation in creations { result.created.append((creation.issue.title, try store.create(creation.issue))) }
    return result
  }
}
