import Publishing

/// What a made-up program's users do.
struct Design: Sendable {
  struct Choice: Sendable {
    var name: [UInt8]
    /// Of reports that could have it, at the beginning and at the end.
    var from, to: Double
  }

  struct Chart: Sendable {
    var name: [UInt8]
    var kind: ChartData.Kind
    var rate: Double
    var buckets: [Choice]
  }

  struct Program: Sendable {
    var name: [UInt8]
    /// Reports a week, at the beginning and at the end.
    var from, to: Int
    var versions, systems, architectures, toolchains: [Choice]
    var charts: [Chart]
    var stacks: [Chart] = []
  }

  var title: String
  var programs: [Program]
  var weeks: Int
  var days: Int
  /// The chart configs that were built, oldest first.
  var configs: [String]
}

extension Design.Choice {
  init(_ name: String, _ from: Double, _ to: Double? = nil) { self.init(name: Array(name.utf8), from: from, to: to ?? from) }

  func share(_ part: Double) -> Double { from + (to - from) * part }
}
