import Files

/// SHA-256, as FIPS 180-4 has it: names a config by its content, and says what was sent.
public enum SHA256 {
  /// 64 hexadecimal digits.
  public static func text(of bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.append(hex: digest(of: bytes))
    return text
  }

  /// 32 bytes.
  public static func digest(of bytes: [UInt8]) -> [UInt8] {
    var state = State()
    // A one, zeros, and the length in bits fill the last block.
    let whole = bytes.count & ~63
    var rest = Array(bytes[whole...])
    rest.append(0x80)
    while rest.count & 63 != 56 { rest.append(0) }
    let length = UInt64(bytes.count) &* 8
    for shift in 0..<8 { rest.append(UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * shift))) }
    bytes.withUnsafeBufferPointer { state.mix($0, upTo: whole) }
    rest.withUnsafeBufferPointer { state.mix($0, upTo: rest.count) }
    var digest: [UInt8] = []
    for word in [state.a, state.b, state.c, state.d, state.e, state.f, state.g, state.h] {
      for shift in 0..<4 { digest.append(UInt8(truncatingIfNeeded: word >> UInt32(24 - 8 * shift))) }
    }
    return digest
  }

  /// Words of their own, which stay in registers; an array of them would be fetched in every step.
  private struct State {
    var (a, b, c, d): (UInt32, UInt32, UInt32, UInt32) = (0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a)
    var (e, f, g, h): (UInt32, UInt32, UInt32, UInt32) = (0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)

    mutating func mix(_ text: UnsafeBufferPointer<UInt8>, upTo end: Int) {
      guard let start = text.baseAddress, end > 0 else { return }
      SHA256.constants.withUnsafeBufferPointer { constants in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
          guard let k = constants.baseAddress, let w = words.baseAddress else { return }
          for block in stride(from: 0, to: end, by: 64) { mix(start + block, w, k) }
        }
      }
    }

    private mutating func mix(_ block: UnsafePointer<UInt8>, _ w: UnsafeMutablePointer<UInt32>, _ k: UnsafePointer<UInt32>) {
      for at in 0..<16 { w[at] = UInt32(bigEndian: UnsafeRawPointer(block + 4 &* at).loadUnaligned(as: UInt32.self)) }
      for at in 16..<64 {
        let (x, y) = (w[at &- 15], w[at &- 2])
        let s0 = SHA256.turn(x, 7) ^ SHA256.turn(x, 18) ^ x &>> 3
        let s1 = SHA256.turn(y, 17) ^ SHA256.turn(y, 19) ^ y &>> 10
        w[at] = w[at &- 16] &+ s0 &+ w[at &- 7] &+ s1
      }
      var (a, b, c, d, e, f, g, h) = (self.a, self.b, self.c, self.d, self.e, self.f, self.g, self.h)
      // Eight steps after which each word is in its place again: none is moved.
      var at = 0
      while at < 64 {
        step(a, b, c, &d, e, f, g, &h, k[at] &+ w[at])
        step(h, a, b, &c, d, e, f, &g, k[at &+ 1] &+ w[at &+ 1])
        step(g, h, a, &b, c, d, e, &f, k[at &+ 2] &+ w[at &+ 2])
        step(f, g, h, &a, b, c, d, &e, k[at &+ 3] &+ w[at &+ 3])
        step(e, f, g, &h, a, b, c, &d, k[at &+ 4] &+ w[at &+ 4])
        step(d, e, f, &g, h, a, b, &c, k[at &+ 5] &+ w[at &+ 5])
        step(c, d, e, &f, g, h, a, &b, k[at &+ 6] &+ w[at &+ 6])
        step(b, c, d, &e, f, g, h, &a, k[at &+ 7] &+ w[at &+ 7])
        at &+= 8
      }
      (self.a, self.b, self.c, self.d) = (self.a &+ a, self.b &+ b, self.c &+ c, self.d &+ d)
      (self.e, self.f, self.g, self.h) = (self.e &+ e, self.f &+ f, self.g &+ g, self.h &+ h)
    }

    @inline(__always)
    private func step(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ input: UInt32) {
      let t1 = h &+ (SHA256.turn(e, 6) ^ SHA256.turn(e, 11) ^ SHA256.turn(e, 25)) &+ (g ^ e & (f ^ g)) &+ input
      d = d &+ t1
      h = t1 &+ (SHA256.turn(a, 2) ^ SHA256.turn(a, 13) ^ SHA256.turn(a, 22)) &+ (a & b | c & (a | b))
    }
  }

  @inline(__always)
  private static func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word &>> by | word &<< (32 &- by) }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]
}
