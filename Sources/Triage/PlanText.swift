import Charts
import Files

/// A plan for people: in plain text, or in Markdown.
public struct PlanText {
  private let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  /// `12 of 812 reports (1.5%, 0.8% to 2.6%)`.
  public static func share(_ seen: Plan.Seen) -> String {
    let most = seen.isExact ? "" : "at most "
    guard let among = seen.among, among > 0 else { return "\(most)\(counted(seen.reports, "report"))" }
    let share = Shares.text(Double(seen.reports) / Double(among))
    return "\(most)\(seen.reports) of \(counted(among, "report")) (\(share), \(Shares.text(seen.low)) to \(Shares.text(seen.high)))"
  }

  /// Where and when, in a line.
  public static func spread(_ seen: Plan.Seen) -> String {
    let versions = seen.firstVersion == seen.lastVersion ? shown(seen.firstVersion) : "\(shown(seen.firstVersion)) to \(shown(seen.lastVersion))"
    let days = seen.firstDay == seen.lastDay ? shown(seen.firstDay) : "\(shown(seen.firstDay)) to \(shown(seen.lastDay))"
    let systems = seen.systems.prefix(6).map { shown($0) }.joined(separator: ", ") + (seen.systems.count > 6 ? " and more" : "")
    return "\(versions), \(days); \(systems)"
  }

  public var lines: [String] {
    var lines: [String] = []
    section("New issues", plan.creations, &lines) { creation in
      var text = ["  \(shown(creation.issue.title))"]
      if let seen = creation.seen { text += ["    \(PlanText.share(seen)), \(counted(creation.stacks, "stack"))", "    \(PlanText.spread(seen))"] }
      return text
    }
    section("Something new for issues", plan.updates, &lines) { update in
      ["  \(shown(update.name)): \(shown(update.title))", "    " + PlanText.news(update)]
    }
    section("Issues", plan.standings, &lines) { standing in
      let milestone = standing.milestone.isEmpty ? "" : ", \(shown(standing.milestone))"
      return [
        "  \(shown(standing.name)): \(shown(standing.title)) [\(standing.state.rawValue)\(milestone)]\(standing.isRegression ? " REGRESSION" : "")",
        "    \(PlanText.share(standing.seen)), \(counted(standing.stacks, "stack"))", "    \(PlanText.spread(standing.seen))",
      ]
    }
    section("Stacks that several issues want", plan.conflicts, &lines) { ["  \(shown($0.stack)): \($0.issues.map { shown($0) }.joined(separator: ", ")); the first has it"] }
    section("Predicates that cannot be read", plan.broken, &lines) { broken in
      ["  \(shown(broken.issue)):\(broken.fault.line):\(broken.fault.column): \(broken.fault.message)"] + (broken.fault.hint.isEmpty ? [] : ["    hint: \(broken.fault.hint)"])
    }
    return lines
  }

  private func section<Element>(_ title: String, _ elements: [Element], _ lines: inout [String], _ body: (Element) -> [String]) {
    if elements.isEmpty { return }
    if !lines.isEmpty { lines.append("") }
    lines.append(title)
    for element in elements { lines += body(element) }
  }

  private static func news(_ update: Plan.Update) -> String {
    var words: [String] = []
    if !update.newStacks.isEmpty { words.append(counted(update.newStacks.count, "new stack")) }
    if !update.regressed.isEmpty { words.append("REGRESSION in \(update.regressed.map { shown($0) }.joined(separator: ", "))") }
    if update.reopens { words.append("to be reopened") }
    return words.joined(separator: "; ")
  }

  // MARK: Markdown

  public var markdown: [UInt8] {
    var text: [UInt8] = []
    func heading(_ title: String, _ isThere: Bool) { if isThere { text += (text.isEmpty ? [] : [0x0a]) + Array("## \(title)\n\n".utf8) } }
    func item(_ pieces: [UInt8]...) { text += [UInt8]("* ") + pieces.joined() + [0x0a] }
    func plain(_ text: String) -> [UInt8] { Array(text.utf8) }
    heading("New issues", !plan.creations.isEmpty)
    for creation in plan.creations { item(Markdown.code(creation.issue.title), plain(creation.seen.map { ": \(PlanText.share($0)), " } ?? ""), creation.seen.map { Markdown.code(plain(PlanText.spread($0))) } ?? []) }
    heading("Something new for issues", !plan.updates.isEmpty)
    for update in plan.updates { item(Markdown.code(update.name), [0x20], Markdown.code(update.title), plain(": "), Markdown.code(plain(PlanText.news(update)))) }
    heading("Issues", !plan.standings.isEmpty)
    for standing in plan.standings {
      let flag = standing.isRegression ? " **regression**" : ""
      item(
        Markdown.code(standing.name), [0x20], Markdown.code(standing.title), plain(" \(standing.state.rawValue)\(flag): \(PlanText.share(standing.seen)), "),
        Markdown.code(plain(PlanText.spread(standing.seen))))
    }
    heading("Stacks that several issues want", !plan.conflicts.isEmpty)
    for conflict in plan.conflicts { item(Markdown.code(conflict.stack), plain(": "), Array(conflict.issues.map { Markdown.code($0) }.joined(separator: plain(", ")))) }
    heading("Predicates that cannot be read", !plan.broken.isEmpty)
    for broken in plan.broken { item(Markdown.code(broken.issue), plain(" line \(broken.fault.line), column \(broken.fault.column): "), Markdown.code(plain(broken.fault.message))) }
    return text
  }
}
