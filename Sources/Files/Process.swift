import CPosix

/// What the core asks about the process it is in.
public enum Process {
  /// AT_SECURE: set-user-ID, set-group-ID or with raised capabilities, so that
  /// the environment belongs to somebody else.
  public static var isPrivileged: Bool { getauxval(UInt(AT_SECURE)) != 0 }

  public static var effectiveUser: UInt32 { geteuid() }

  public static var identifier: Int32 { getpid() }

  /// A variable of the environment; nil when it is unset.
  public static func variable(_ name: StaticString) -> [UInt8]? {
    guard let value = getenv(UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)) else { return nil }
    return [UInt8](cString: value)
  }

  /// The same without a copy.
  public static func variable(at name: UnsafePointer<CChar>) -> UnsafePointer<CChar>? { getenv(name).map { UnsafePointer($0) } }

  /// Whether the name by which the program was started ends so.
  public static func isNamed(endingWith ending: UnsafePointer<CChar>) -> Bool { posix_is_invoked_as(ending) }

  /// Whether the descriptor is a terminal.
  public static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Why counting is impossible wherever this runs; nil where it is possible.
  public static var platformProblem: StaticString? {
    #if _endian(big)
      "it is big-endian, and counter files are little-endian"
    #elseif !os(Linux)
      "only Linux is supported so far"
    #else
      nil
    #endif
  }

  /// When a process began, in clock ticks since the boot; nil if there is none, or
  /// it has ended and nobody has waited for it yet.
  public static func start(of process: Int32) -> UInt64? {
    var path = [UInt8]("/proc/")
    path.append(decimal: Int(process))
    path += [UInt8]("/stat")
    // The name, in parentheses, may have some of its own.
    guard let line = small(Path(path)), let name = line.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let words = line[(name + 1)...].split(separator: 0x20)
    guard words.count > 19, words[0].first != UInt8(ascii: "Z"), words[0].first != UInt8(ascii: "X") else { return nil }
    return words[19].reduce(0) { $0 &* 10 &+ UInt64($1 &- UInt8(ascii: "0")) }
  }

  /// Another one each time that the machine was started.
  public static var boot: [UInt8] { small(Path([UInt8]("/proc/sys/kernel/random/boot_id")))?.trimmed ?? [] }

  /// In which process identifiers count: a container has its own.
  public static var space: UInt64 {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(at: Path([UInt8]("/proc/self/ns/pid")), &attributes) == 0 ? attributes.inode : 0
  }

  /// A file of the kernel's, which has no size.
  private static func small(_ path: Path) -> [UInt8]? {
    let descriptor = Kernel.open(path, .read)
    guard descriptor >= 0 else { return nil }
    defer { Kernel.close(descriptor) }
    return try? File.content(of: descriptor, size: 4096, named: path)
  }

  /// The directory that relative paths begin at.
  public static var directory: Path? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      getcwd(buffer.baseAddress!, buffer.count) == nil ? nil : Path(cString: buffer.baseAddress!)
    }
  }

  /// The path of the running program, as the kernel knows it.
  public static var executable: Path? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
      let count = readlink("/proc/self/exe", buffer.baseAddress!, buffer.count)
      guard count > 0, count < buffer.count else { return nil }
      let path = Array(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
      // What the kernel says of a program that was replaced by an upgrade.
      let mark: StaticString = " (deleted)"
      return Path(path.ends(with: mark) ? Array(path.dropLast(mark.utf8CodeUnitCount)) : path)
    }
  }
}

public enum Clock {
  /// Unix seconds, UTC.
  public static var seconds: Int64 { posix_clock(CLOCK_REALTIME) / 1_000_000_000 }
  /// Nanoseconds from a fixed point; never jumps.
  public static var monotonic: Int64 { posix_clock(CLOCK_MONOTONIC) }
}
