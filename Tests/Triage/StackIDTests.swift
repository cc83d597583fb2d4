import TestSupport
import Testing

@testable import Triage

@Suite("Names of stacks")
struct StackIDTests {
  @Test("are FNV-1 in base64url, by known values of it", arguments: [("", 0x811c_9dc5), ("a", 0x050c_5d7e), ("foobar", 0x31f0_b262)] as [(String, UInt32)])
  func known(text: String, hash: UInt32) {
    var bits = [0, 8, 16, 24].reversed().map { UInt8(truncatingIfNeeded: hash >> UInt32($0)) }
    bits.append(0)
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    let joined = bits.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << 8
    let id = String((0..<6).map { letters[Int(joined >> UInt64(42 - 6 * $0) & 63)] })
    #expect(StackID.exact(text.bytes).string == id)
  }
}
