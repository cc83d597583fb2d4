import Files
import Foundation

/// Makes system calls of the core fail, in the calling thread only, so that
/// tests may run side by side.
public final class Faults {
  private let decide: (Kernel.Call, Int) -> Int32
  /// Calls seen so far.
  public private(set) var seen: [Kernel.Call] = []

  private init(_ decide: @escaping (Kernel.Call, Int) -> Int32) { self.decide = decide }

  fileprivate func meet(_ call: Kernel.Call) -> Int32 {
    seen.append(call)
    return decide(call, seen.count - 1)
  }

  private static let key = "Faults"

  /// Never taken out again: it asks the calling thread what to do.
  private static let install: Void = {
    Kernel.interceptor = { call in
      (Thread.current.threadDictionary[Faults.key] as? Faults)?.meet(call) ?? 0
    }
  }()

  /// Runs `body`; `decide` answers, for each call and its number from 0 on,
  /// the errno to fail with, or 0. Answers what was called.
  @discardableResult
  public static func during(_ decide: @escaping (Kernel.Call, Int) -> Int32, _ body: () throws -> Void) rethrows -> [Kernel.Call] {
    _ = install
    let faults = Faults(decide)
    Thread.current.threadDictionary[key] = faults
    defer { Thread.current.threadDictionary.removeObject(forKey: key) }
    try body()
    return faults.seen
  }

  /// The calls that `body` makes.
  public static func calls(_ body: () throws -> Void) rethrows -> [Kernel.Call] { try during({ _, _ in 0 }, body) }

  /// Lets the calls before `number` happen, then fails that one.
  @discardableResult
  public static func failing(_ number: Int, with error: Int32, _ body: () throws -> Void) rethrows -> [Kernel.Call] {
    try during({ _, at in at == number ? error : 0 }, body)
  }

  /// Fails this and every later call: as if the process had been killed there,
  /// but for descriptors, which are closed as the kernel would.
  @discardableResult
  public static func dying(at number: Int, _ body: () throws -> Void) rethrows -> [Kernel.Call] {
    try during({ call, at in at >= number && call != .close ? EIO : 0 }, body)
  }
}
