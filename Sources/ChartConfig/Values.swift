import Dates
import Files

/// Values of fields. What is wrong is told once, and nil is the answer.
struct Values {
  var problems: Problems

  mutating func whole(_ field: Field, _ range: ClosedRange<Int>, _ what: String) -> Int? {
    var digits = field.value
    digits.removeAll { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "_") }
    guard let number = Version.number(digits[...]), range.contains(number) else {
      problems.error(
        field.at, "\(field.key.rawValue) is \(what), and not \"\(shown(field.value))\"",
        hint: "a whole number from \(grouped(range.lowerBound)) to \(grouped(range.upperBound))")
      return nil
    }
    return number
  }

  mutating func rate(_ field: Field) -> Double? {
    guard let value = Values.part(field.value), value > 0, value <= 1 else {
      problems.error(field.at, "\(field.key.rawValue) is a part of all installations, and not \"\(shown(field.value))\"", hint: "more than 0, at most 1; or 10%")
      return nil
    }
    return value
  }

  /// `3% @ 95%`; without a confidence, 95 %.
  mutating func wanted(_ field: Field) -> WantedError? {
    let halves = field.value.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false).map { Array($0).trimmed }
    let margin = halves.first.flatMap { Values.part($0) }
    let confidence = halves.count == 1 ? 0.95 : halves.count == 2 ? Values.part(halves[1]) : nil
    guard let margin, let confidence else {
      problems.error(field.at, "\"\(shown(field.value))\" is no wanted error", hint: "for example 3% @ 95%: shares are right to 3 points, 95 times in 100")
      return nil
    }
    guard margin >= 0.0005, margin < 0.5 else {
      problems.error(field.at, "the wanted error is at least 0.05%, and below 50%", hint: margin < 0.0005 ? "half the error takes four times the reports" : "3 percent are 3% or 0.03")
      return nil
    }
    guard confidence >= 0.5, confidence <= 0.9999 else {
      problems.error(field.at, "the confidence is from 50% to 99.99%", hint: "95% is usual")
      return nil
    }
    return WantedError(margin: margin, confidence: confidence)
  }

  mutating func day(_ field: Field) -> Day? {
    if let day = Day(text: field.value) { return day }
    problems.error(field.at, "\"\(shown(field.value))\" is no day", hint: "for example 2027-06-30")
    return nil
  }

  mutating func kind(_ field: Field) -> Chart.Kind? {
    if let kind = Chart.Kind(rawValue: String(decoding: field.value, as: UTF8.self)) { return kind }
    let words = Chart.Kind.allCases.map(\.rawValue)
    let near = nearest(to: field.value, among: words)
    problems.error(
      field.at, "\"\(shown(field.value))\" is no type of chart", hint: near.map { "did you mean \($0)?" } ?? "the types are " + words.joined(separator: ", "))
    return nil
  }

  /// Words with commas or blanks between, each with its place.
  static func words(_ field: Field) -> [(word: [UInt8], at: Position)] {
    field.value.split { isBlank($0) || $0 == UInt8(ascii: ",") }.map { (Array($0), field.at.moved(by: $0.startIndex)) }
  }

  /// `releases 6, major 1, minor 3, patch 6, pre 4`.
  mutating func padding(_ field: Field) -> Padding? {
    var padding = Padding()
    var seen: [String] = []
    let words = Values.words(field)
    let names: [(String, WritableKeyPath<Padding, Int>)] = [
      ("releases", \.releases), ("major", \.major), ("minor", \.minor), ("patch", \.patch), ("pre", \.pre),
    ]
    for (at, name) in stride(from: 0, to: words.count, by: 2).map({ ($0, String(decoding: words[$0].word, as: UTF8.self)) }) {
      guard let path = names.first(where: { $0.0 == name })?.1, !seen.contains(name) else {
        problems.error(
          words[at].at, seen.contains(name) ? "\(name) is there twice" : "\"\(shown(words[at].word))\" is no step of padding",
          hint: "for example releases 6, major 1, minor 3, patch 6, pre 4")
        return nil
      }
      guard at + 1 < words.count, let number = Version.number(words[at + 1].word[...]), number <= Padding.most else {
        problems.error(words[at].at, "\(name) needs a number from 0 to \(Padding.most) behind it")
        return nil
      }
      padding[keyPath: path] = number
      seen.append(name)
    }
    guard padding.releases > 0 else {
      problems.error(field.at, "padding without releases adds nothing", hint: "releases is how many new versions at most")
      return nil
    }
    // So many that the config would be of little else.
    guard padding.count <= 1000 else {
      problems.error(field.at, "this padding adds more than 1,000 versions", hint: "fewer steps: the config is fetched by every installation")
      return nil
    }
    return padding
  }

  /// `0.05` or `5%`, as a part of 1.
  static func part(_ text: [UInt8]) -> Double? {
    var digits = text
    let isPercent = digits.last == UInt8(ascii: "%")
    if isPercent { digits = Array(digits.dropLast()).trimmed }
    let halves = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), halves.allSatisfy({ Version.number($0) != nil }) else { return nil }
    // Percent by moving the point: 0.1 % is 0.001, not what a division leaves.
    return Text.number(isPercent ? digits + [UInt8]("e-2") : digits)
  }
}
