import Files

/// What a call's argument names.
public enum NameKind: Sendable {
  case counter, stack
  /// A counter, or the chart of what a function returned.
  case probe
  /// A chart, without a bucket: of a histogram, or of options that are counted.
  case histogram, options
  /// A part of a name, which the library completes.
  case part
  /// A counter that is only read: nothing comes of what it is called.
  case read
  /// A counter's name by the rules of golang.org/x/telemetry.
  case bytes

  public var word: StaticString {
    switch self {
    case .counter, .bytes, .probe: "counter"
    case .stack: "stack"
    case .histogram: "histogram"
    case .options: "options"
    case .part: "part"
    case .read: "read"
    }
  }
}

/// A function that takes a name.
struct KnownCall {
  var kind: NameKind
  /// From 0.
  var argument: Int
  /// Python's name of it.
  var keyword: StaticString = ""

  /// The argument among those between the parentheses.
  func argument(in file: SourceFile, _ inner: Range<Int>) -> Range<Int>? {
    let arguments = file.split(inner, by: ",")
    if file.language == .python {
      for argument in arguments where argument.count > 2 && file.isName(argument.lowerBound, keyword) && file.isAssignment(argument.lowerBound + 1) {
        return (argument.lowerBound + 2)..<argument.upperBound
      }
    }
    guard argument < arguments.count, !arguments[argument].isEmpty else { return nil }
    let found = arguments[argument]
    // Another argument by its name, or all of a list.
    if file.language == .python, file.isMark(found.lowerBound, "*") || (found.count > 1 && file.isAssignment(found.lowerBound + 1)) { return nil }
    return found
  }
}

/// A function of the author's own that takes a name: `count`, or `count:2` if it is the second argument.
public struct Wrapper: Sendable {
  public var name: [UInt8]
  public var argument: Int

  public init?(_ text: [UInt8]) {
    name = text
    argument = 0
    if let colon = text.lastIndex(of: UInt8(ascii: ":")) {
      let digits = text[(colon + 1)...]
      guard digits.count == 1, let digit = digits.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(digit) else { return nil }
      name = Array(text[..<colon])
      argument = Int(digit - UInt8(ascii: "1"))
    }
    guard !name.isEmpty, name.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "-") }), !isDigit(name[0]) else { return nil }
  }
}

/// The functions that take names, as one file calls them.
struct KnownCalls {
  private var functions: [[UInt8]: KnownCall] = [:]
  /// What modules are called in this file, and what they have.
  private var modules: [[UInt8]: [[UInt8]: KnownCall]] = [:]
  private var wrappers: [[UInt8]: KnownCall] = [:]

  private static let c: [(StaticString, NameKind, Int)] = [
    ("tel_counter_inc", .counter, 0), ("tel_counter_add", .counter, 0), ("tel_counter_named", .counter, 0), ("tel_counter_named_bytes", .bytes, 0),
    ("tel_counter_read", .read, 0), ("tel_histogram_named", .histogram, 1), ("tel_stack_inc", .stack, 0), ("tel_stack_inc_frames", .stack, 0),
    ("tel_probe_new", .probe, 1), ("TEL_INC", .counter, 0), ("TEL_ADD", .counter, 0), ("tel_options_of", .options, 0), ("tel_count_option_value", .part, 1),
    ("tel_testing_expect", .read, 1), ("tel_testing_value", .read, 1),
  ]

  private static let python: [(StaticString, NameKind, StaticString)] = [
    ("inc", .counter, "name"), ("add", .counter, "name"), ("counter", .counter, "name"), ("Counter", .counter, "name"), ("read", .read, "name"),
    ("histogram", .histogram, "chart"), ("Histogram", .histogram, "chart"), ("timed", .histogram, "chart"), ("stack", .stack, "name"), ("Stack", .stack, "name"),
  ]

  private static let go: [(StaticString, NameKind)] = [
    ("Inc", .counter), ("Add", .counter), ("New", .counter), ("NewStack", .stack), ("CountFlags", .part),
  ]

  init(_ file: SourceFile, _ wrappers: [Wrapper]) {
    for wrapper in wrappers { self.wrappers[wrapper.name] = KnownCall(kind: .counter, argument: wrapper.argument) }
    switch file.language {
    case .c, .cPlusPlus: for (name, kind, argument) in KnownCalls.c { functions[[UInt8](name)] = KnownCall(kind: kind, argument: argument) }
    case .python: find(inPython: file)
    case .go: find(inGo: file)
    case .shell: break
    }
  }

  private mutating func find(inPython file: SourceFile) {
    var all: [[UInt8]: KnownCall] = [:]
    for (name, kind, keyword) in KnownCalls.python { all[[UInt8](name)] = KnownCall(kind: kind, argument: 0, keyword: keyword) }
    all[[UInt8]("probe")] = KnownCall(kind: .probe, argument: 1, keyword: "name")
    // Only a name that is given: it is the program's own otherwise.
    all[[UInt8]("count_flags")] = KnownCall(kind: .options, argument: 64, keyword: "program")
    let tel = [UInt8]("tel")
    for imported in file.imports {
      if imported.member.isEmpty {
        if imported.module == [tel] { modules[imported.name] = all }
      } else if imported.module == [tel] {
        if imported.member == "*" {
          functions = all
        } else if let call = all[imported.member] {
          functions[imported.name] = call
        }
      }
    }
  }

  private mutating func find(inGo file: SourceFile) {
    var counter: [[UInt8]: KnownCall] = [:]
    for (name, kind) in KnownCalls.go { counter[[UInt8](name)] = KnownCall(kind: kind, argument: 0) }
    let packages = [[UInt8]("counter"): counter, [UInt8]("probe"): [[UInt8]("New"): KnownCall(kind: .probe, argument: 0)]]
    for imported in file.imports where imported.module.count > 1 && imported.module[imported.module.count - 2] == "telemetry" {
      guard let members = packages[imported.module[imported.module.count - 1]] else { continue }
      if imported.name == "." { functions.merge(members) { $1 } } else { modules[imported.name] = members }
    }
  }

  var isEmpty: Bool { functions.isEmpty && modules.isEmpty && wrappers.isEmpty }

  /// The function whose name stands here, before its parenthesis.
  func call(at index: Int, in file: SourceFile) -> KnownCall? {
    let name = file.text(index)
    if let wrapper = wrappers[name] { return wrapper }
    if file.isMark(index - 1, ".") || (file.isMark(index - 1, ">") && file.isMark(index - 2, "-")) {
      guard !file.language.isC, file.isKind(index - 2, .name), !file.isMark(index - 3, ".") else { return nil }
      return modules[file.text(index - 2)]?[name]
    }
    return functions[name]
  }
}
