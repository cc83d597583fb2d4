import ArgumentParser
import CounterFile
import Dates
import Files
import JSON
import Reports
import Stacks

struct StacksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stacks", abstract: "List the stacks that were counted, the most frequent first.",
    discussion: """
      Of counter files and local reports. All versions of a program are added up.
      A week is called by the day on which it ends. Functions whose names a program
      left as the compiler had them are shown as they were written.
      """)
  @OptionGroup var place: Place
  @OptionGroup var everywhere: Everywhere
  @OptionGroup var format: Format

  func run() throws {
    var stacks: [Stack] = []
    var isGood = true
    for vendor in try everywhere.vendors(place) {
      guard try Folder.names(in: vendor.folder.local, where: { _ in false }) != nil else {
        throw Failure(.failure, "there is no directory ", .path(vendor.folder.local), ": nothing was counted")
      }
      let account = try Account(of: vendor.folder, byWeek: true)
      for problem in account.problems {
        Complaint.say(problem)
        isGood = false
      }
      stacks += StacksCommand.stacks(in: account, of: vendor.name)
    }
    let sorted = stacks.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.precedes($1.key) }
    var output = Output()
    if format.json {
      output.json { json in
        json.beginArray()
        for stack in sorted { stack.write(to: &json) }
        json.endArray()
      }
    } else if sorted.isEmpty {
      output.line("No stack was counted.")
    } else {
      for (index, stack) in sorted.enumerated() {
        if index > 0 { output.line() }
        stack.write(to: &output)
      }
    }
    try output.flush()
    if !isGood { throw ExitCode.failure }
  }

  private static func stacks(in account: Account, of vendor: [UInt8]) -> [Stack] {
    var found: [[UInt8]: Stack] = [:]
    for entry in account.entries {
      for (name, value) in entry.counts.list where name.contains(0x0a) && value > 0 {
        let stack = Stack(name, value, week: entry.week, program: entry.identity.program, vendor: vendor)
        found[stack.key] = found[stack.key]?.adding(stack) ?? stack
      }
    }
    return Array(found.values)
  }
}

private struct Stack {
  let name: [UInt8]
  let frames: [[UInt8]]
  let program: [UInt8]
  let vendor: [UInt8]
  private(set) var value: UInt64
  /// Days on which weeks end.
  private(set) var first: [UInt8]
  private(set) var last: [UInt8]

  init(_ text: [UInt8], _ value: UInt64, week: [UInt8], program: [UInt8], vendor: [UInt8]) {
    let (head, lines) = parts(ofName: text)
    name = head
    frames = lines.filter { !$0.isEmpty }.map(Stack.readable)
    (self.value, first, last) = (value, week, week)
    (self.program, self.vendor) = (program, vendor)
  }

  /// What makes it one stack, wherever it was counted.
  var key: [UInt8] { Array(([vendor, program, name] + frames).joined(separator: [0x0a])) }

  func adding(_ other: Stack) -> Stack {
    var sum = self
    let (value, overflow) = self.value.addingReportingOverflow(other.value)
    sum.value = overflow ? .max : value
    sum.first = other.first.precedes(first) ? other.first : first
    sum.last = last.precedes(other.last) ? other.last : last
    return sum
  }

  /// `scope.function:line,+offset`: with the function as it was written.
  private static func readable(_ frame: [UInt8]) -> [UInt8] {
    guard let colon = frame.lastIndex(of: UInt8(ascii: ":")) else { return frame }
    let start = frame[..<colon].lastIndex(of: UInt8(ascii: ".")).map { $0 + 1 } ?? 0
    let function = Array(frame[start..<colon])
    guard FunctionName.isMangled(function) else { return frame }
    return frame[..<start] + FunctionName.tidy(function, demangled: { FunctionName.inProcess($0) ?? ownDemangled($0) }) + frame[colon...]
  }

  func write(to output: inout Output) {
    output.column(String(value), width: 8, .strong)
    output.write("  ")
    output.write(printable(name, doublingBackslash: true), .strong)
    output.line()
    output.write("          ")
    output.write(printable(program) + [UInt8](first == last ? ", week " : ", weeks ") + printable(first))
    if first != last { output.write([UInt8](" to ") + printable(last)) }
    output.line()
    output.frames(frames, indent: 10)
  }

  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("name", name)
    json.key("frames")
    json.beginArray()
    for frame in frames { json.string(frame) }
    json.endArray()
    json.member("value", value)
    json.member("vendor", vendor)
    json.member("program", program)
    json.member("first", first)
    json.member("last", last)
    json.endObject()
  }
}

/// The demangler of the Swift runtime that is in this command, which the dynamic
/// linker does not see.
@_silgen_name("swift_demangle")
private func swiftDemangle(
  _ name: UnsafePointer<CChar>?, _ length: UInt, _ into: UnsafeMutablePointer<CChar>?, _ size: UnsafeMutablePointer<UInt>?, _ flags: UInt32
) -> UnsafeMutablePointer<CChar>?

private func ownDemangled(_ name: [UInt8]) -> [UInt8]? {
  guard name.first == UInt8(ascii: "$") else { return nil }
  return Path(name).withCString { text in
    guard let demangled = swiftDemangle(text, UInt(name.count), nil, nil, 0) else { return nil }
    defer { FunctionName.free(demangled) }
    return [UInt8](cString: demangled)
  }
}
