import ChartConfig
import Files

/// Which stacks belong to an issue: the reference's expressions of texts, and
/// tests of single fields.
public struct Predicate: Sendable {
  /// As it was written.
  public let source: [UInt8]
  let root: Node

  indirect enum Node: Sendable {
    case text([UInt8])
    case test(Test)
    case not(Node)
    case and([Node])
    case or([Node])
  }

  public enum Field: String, CaseIterable, Sendable {
    case os, arch, program, version, toolchain, counter, module, blamed, id, frame, stack
  }

  enum Operation: String, Sendable {
    case equal = "==", unequal = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", glob = "~", expression = "=~"

    var isOrder: Bool { [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(self) }
  }

  struct Test: Sendable {
    let field: Field
    /// Of `frame[2]`; without it any frame is meant.
    let index: Int?
    let operation: Operation
    let value: [UInt8]
    /// Of `~` and `=~`.
    let pattern: Pattern?

    var name: String { index.map { "\(field.rawValue)[\($0)]" } ?? field.rawValue }
  }

  /// What a predicate is asked about: one stack of one build.
  public struct Subject: Sendable {
    public let sighting: StackSighting
    public let id: [UInt8]
    public let counter: [UInt8]
    public let module: [UInt8]
    public let blamed: [UInt8]
    /// Symbols, from the innermost that is no wrapper.
    public let frames: [[UInt8]]
    /// What texts are looked for in: the stack, and a line on the build.
    let text: [UInt8]

    init(_ sighting: StackSighting, _ view: StackView) {
      self.sighting = sighting
      id = view.id
      (counter, module, blamed, frames) = (view.counter, view.module, view.blamed, view.frames)
      text =
        sighting.stack + [UInt8]("\nGOTOOLCHAIN=") + sighting.toolchain + [UInt8](" GOOS=") + sighting.os + [UInt8](" GOARCH=") + sighting.arch + [0x20]
        + sighting.program + [UInt8]("@") + sighting.version
    }

    func values(of field: Field, _ index: Int?) -> [[UInt8]] {
      switch field {
      case .os: [sighting.os]
      case .arch: [sighting.arch]
      case .program: [sighting.program]
      case .version: [sighting.version]
      case .toolchain: [sighting.toolchain]
      case .counter: [counter]
      case .module: [module]
      case .blamed: [blamed]
      case .id: [id]
      case .stack: [sighting.stack]
      case .frame: index.map { [$0 < frames.count ? frames[$0] : []] } ?? frames
      }
    }
  }

  public func matches(_ subject: Subject) -> Bool { Predicate.holds(root, subject) }

  private static func holds(_ node: Node, _ subject: Subject) -> Bool {
    switch node {
    case .text(let text): find(text, in: subject.text) != nil
    case .test(let test): test.holds(subject)
    case .not(let inner): !holds(inner, subject)
    case .and(let all): all.allSatisfy { holds($0, subject) }
    case .or(let any): any.contains { holds($0, subject) }
    }
  }

  /// Where the text is, with a word's end behind it: what ends in a letter or
  /// digit is not followed by another. What ends otherwise ends there anyway.
  static func find(_ wanted: [UInt8], in text: [UInt8]) -> Int? {
    guard let first = wanted.first, let last = wanted.last else { return 0 }
    guard text.count >= wanted.count else { return nil }
    return text.withUnsafeBufferPointer { text in
      wanted.withUnsafeBufferPointer { wanted in
        for at in 0...(text.count - wanted.count) where text[at] == first {
          guard Kernel.equal(text.baseAddress! + at, wanted.baseAddress!, wanted.count) else { continue }
          let end = at + wanted.count
          if !isWord(last) || end == text.count || !isWord(text[end]) { return at }
        }
        return nil
      }
    }
  }
}

extension Predicate.Test {
  func holds(_ subject: Predicate.Subject) -> Bool {
    let values = subject.values(of: field, index)
    switch operation {
    case .equal: return values.contains(value)
    case .unequal: return !values.contains(value)
    case .glob, .expression: return values.contains { pattern?.matches($0) == true }
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      let wanted = Version(value)
      return values.contains { text in
        let seen = Version(text)
        // A version of another kind, such as devel, is neither before nor after.
        guard seen.kind == wanted.kind else { return false }
        switch operation {
        case .less: return seen < wanted
        case .lessOrEqual: return !(wanted < seen)
        case .greater: return wanted < seen
        default: return !(seen < wanted)
        }
      }
    }
  }
}
