import Files

/// A glob or a regular expression, on bytes. What it costs is the length of the
/// text times that of the pattern, whatever they say: all ways to match are
/// followed at once, and none is tried again.
public struct Pattern: Sendable {
  /// Bytes of a pattern. (`{2,9}` is not there, so that it stays as small.)
  static let longest = 256

  enum Step: Sendable {
    case bytes(ByteSet)
    /// Both ways.
    case fork(Int, Int)
    case jump(Int)
    case start, end
    case boundary(Bool)
    case match
  }

  private let steps: [Step]
  /// The bytes that a match can begin with; nil if it may be empty, or depends on
  /// where it is.
  private let first: ByteSet?

  init(steps: [Step]) {
    self.steps = steps
    var set = ByteSet()
    var states = StateSet(steps.count)
    var pending = [0]
    while let step = pending.popLast() {
      guard states.insert(step) else { continue }
      switch steps[step] {
      case .bytes(let bytes): set.formUnion(bytes)
      case .fork(let one, let other): pending += [one, other]
      case .jump(let to): pending.append(to)
      case .start, .end, .boundary, .match:
        first = nil
        return
      }
    }
    first = set
  }

  /// Whether it matches anywhere in the text.
  public func matches(_ text: [UInt8]) -> Bool { find(in: text) != nil }

  /// The end of the first match that ends.
  func find(in text: [UInt8]) -> Int? {
    var now = StateSet(steps.count)
    var next = StateSet(steps.count)
    var pending: [Int] = []
    return text.withUnsafeBufferPointer { text in
      for at in 0...text.count {
        if now.count == 0, let first, at == text.count || !first.contains(text[at]) { continue }
        if enter(0, at: at, in: text, &now, &pending) { return at }
        if at == text.count { break }
        next.clear()
        var isFound = false
        for index in 0..<now.count {
          if case .bytes(let set) = steps[now.list[index]], set.contains(text[at]), enter(now.list[index] + 1, at: at + 1, in: text, &next, &pending) { isFound = true }
        }
        if isFound { return at + 1 }
        swap(&now, &next)
      }
      return nil
    }
  }

  /// Adds the step, and those that follow without a byte. Answers whether one is the match.
  private func enter(_ step: Int, at: Int, in text: UnsafeBufferPointer<UInt8>, _ states: inout StateSet, _ pending: inout [Int]) -> Bool {
    pending.append(step)
    var isMatch = false
    while let step = pending.popLast() {
      guard states.insert(step) else { continue }
      switch steps[step] {
      case .bytes: break
      case .fork(let one, let other): pending += [other, one]
      case .jump(let to): pending.append(to)
      case .start: if at == 0 { pending.append(step + 1) }
      case .end: if at == text.count { pending.append(step + 1) }
      case .boundary(let wanted):
        let before = at > 0 && isWord(text[at - 1])
        let after = at < text.count && isWord(text[at])
        if (before != after) == wanted { pending.append(step + 1) }
      case .match: isMatch = true
      }
    }
    return isMatch
  }
}

/// Steps, each once.
private struct StateSet {
  var list: [Int]
  var count = 0
  private var isIn: [Bool]

  init(_ size: Int) {
    list = [Int](repeating: 0, count: size)
    isIn = [Bool](repeating: false, count: size)
  }

  mutating func insert(_ step: Int) -> Bool {
    if isIn[step] { return false }
    isIn[step] = true
    list[count] = step
    count += 1
    return true
  }

  mutating func clear() {
    for index in 0..<count { isIn[list[index]] = false }
    count = 0
  }
}

struct ByteSet: Sendable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  init() {}
  init(_ bytes: some Sequence<UInt8>) { for byte in bytes { insert(byte) } }

  static let all = ByteSet(0...255)

  func contains(_ byte: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: return words.0 & bit != 0
    case 1: return words.1 & bit != 0
    case 2: return words.2 & bit != 0
    default: return words.3 & bit != 0
    }
  }

  mutating func insert(_ byte: UInt8) {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: words.0 |= bit
    case 1: words.1 |= bit
    case 2: words.2 |= bit
    default: words.3 |= bit
    }
  }

  mutating func formUnion(_ other: ByteSet) {
    words = (words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3)
  }

  var inverted: ByteSet {
    var other = ByteSet()
    other.words = (~words.0, ~words.1, ~words.2, ~words.3)
    return other
  }
}
