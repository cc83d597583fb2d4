import Files

// libFuzzer's entry. One program has all targets; FUZZ_TARGET says which.

private let target: (@Sendable ([UInt8]) -> Void) = {
  guard let name = Process.variable("FUZZ_TARGET"), let target = targets.first(where: { Array($0.name.utf8) == name }) else {
    fatalError("FUZZ_TARGET must be one of: \(targets.map { $0.name }.joined(separator: " "))")
  }
  return target.run
}()

private func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// SwiftPM makes this the program's main function, in place of libFuzzer's.
@_cdecl("Fuzz_main")
public func run(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
  _ = target
  var (count, arguments) = (count, arguments)
  return runDriver(&count, &arguments, testOneInput)
}

/// What must hold for any input. `precondition` would do, but for the message in release builds.
func check(_ condition: Bool, _ what: StaticString) {
  if !condition { fatalError("\(what)") }
}
