import Files
import Gate

/// Short names of stacks.
public enum StackID {
  /// Of the exact text, as the reference names it: FNV-1 of 32 bits, in base64url,
  /// six characters.
  public static func exact(_ stack: [UInt8]) -> [UInt8] {
    var hash: UInt32 = 2_166_136_261
    for byte in stack { hash = (hash &* 16_777_619) ^ UInt32(byte) }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    // 32 bits, and four zeros.
    return (0..<6).map { letters[Int((UInt64(hash) << 4) >> UInt64(30 - 6 * $0) & 63)] }
  }

  /// Of a program's stacks that have these frames on top, wrappers left out: 16
  /// hexadecimal digits.
  public static func fingerprint(program: [UInt8], counter: [UInt8], frames: some Sequence<[UInt8]>) -> [UInt8] {
    var text = program + [0] + counter
    for frame in frames { text += [0] + frame }
    return Array(SHA256.text(of: text).prefix(16))
  }
}
