/// What a line of a chart config can set. The first ten are the reference's.
enum Key: String, CaseIterable {
  case title, counter, type, issue, program, module, version, depth, error, description
  // of charts
  case owner, why, expires, unit, rate
  // of charts and programs
  case installations
  // of programs
  case versions, padding
  case versionsFile = "versions-file"
  case versionsGit = "versions-git"
  case tagPrefix = "tag-prefix"
  case paddingMinimum = "padding-minimum"
  // of the whole
  case os, arch, toolchain
  case toolchainFile = "toolchain-file"
  case sampleRate = "sample-rate"

  /// What a record is about.
  enum Subject: String {
    case chart = "a chart"
    case program = "a program"
    case whole = "the whole config"
  }

  var subjects: [Subject] {
    switch self {
    case .title, .counter, .type, .issue, .module, .version, .depth, .error, .why, .expires, .unit, .rate: [.chart]
    case .program, .owner, .installations, .description: [.chart, .program]
    case .versions, .padding, .versionsFile, .versionsGit, .tagPrefix, .paddingMinimum: [.program]
    case .os, .arch, .toolchain, .toolchainFile, .sampleRate: [.whole]
    }
  }

  /// May stand several times in a record; each adds to the ones before.
  var isRepeatable: Bool {
    switch self {
    case .issue, .versions, .os, .arch, .toolchain: true
    default: false
    }
  }

  /// The word that was probably meant; nil if none is near.
  static func near(_ word: [UInt8]) -> Key? {
    nearest(to: word, among: allCases.map(\.rawValue)).flatMap { Key(rawValue: $0) }
  }
}

/// The candidate that differs in the fewest letters, if those are few.
public func nearest(to word: [UInt8], among candidates: [String]) -> String? {
  guard word.count <= 40 else { return nil }
  let best = candidates.map { (distance(lowered(word), Array($0.utf8)), $0) }.min { $0.0 < $1.0 }
  guard let best, best.0 <= max(1, word.count / 3) else { return nil }
  return best.1
}

private func lowered(_ word: [UInt8]) -> [UInt8] {
  word.map { ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")) ? $0 | 0x20 : $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
}

/// How many letters must be changed, added, removed or swapped with the next.
private func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var (before, row) = ([Int](), Array(0...b.count))
  for i in a.indices {
    var next = [i + 1]
    for j in b.indices {
      var least = min(row[j + 1] + 1, next[j] + 1, row[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
      next.append(least)
    }
    (before, row) = (row, next)
  }
  return row[b.count]
}
