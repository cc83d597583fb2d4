import Foundation

public enum Threads {
  /// Runs `body` in as many threads as asked for, at once, and waits for all.
  public static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let start = DispatchSemaphore(value: 0)
    let end = DispatchGroup()
    for index in 0..<count {
      end.enter()
      let thread = Thread {
        start.wait()
        body(index)
        end.leave()
      }
      thread.stackSize = 1 << 20
      thread.start()
    }
    for _ in 0..<count { start.signal() }
    end.wait()
  }
}

/// The environment belongs to the process: one test at a time may set or
/// depend on it.
public enum Environment {
  private static let lock = NSRecursiveLock()
  private static let variables = ["HOME", "XDG_CONFIG_HOME", "TEL_DIR", "TEL_MODE", "DO_NOT_TRACK", "CI"]

  /// Runs `body` with exactly these of the variables that the core looks at.
  public static func with<Result>(_ values: [String: String] = [:], _ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    let before = variables.map { ($0, ProcessInfo.processInfo.environment[$0]) }
    for name in variables { set(name, values[name]) }
    defer { for (name, value) in before { set(name, value) } }
    return try body()
  }

  private static func set(_ name: String, _ value: String?) {
    if let value { setenv(name, value, 1) } else { unsetenv(name) }
  }
}

/// A value that threads may change.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var current: Value
  public init(_ value: Value) { current = value }
  public var value: Value { lock.withLock { current } }
  public func change(_ body: (inout Value) -> Void) { lock.withLock { body(&current) } }
}
