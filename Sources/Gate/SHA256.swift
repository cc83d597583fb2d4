import Files

/// SHA-256, as FIPS 180-4 has it: names a config by its content, and says what was sent.
public struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]

  /// 64 hexadecimal digits.
  public static func text(of bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    let length = UInt64(bytes.count) &* 8
    // A one, zeros, and the length in bits fill the last block.
    var rest = Array(bytes[(bytes.count & ~63)...])
    rest.append(0x80)
    while rest.count & 63 != 56 { rest.append(0) }
    for shift in 0..<8 { rest.append(UInt8(truncatingIfNeeded: length >> UInt64(56 - 8 * shift))) }
    for start in stride(from: 0, to: bytes.count & ~63, by: 64) { hash.mix(bytes[start..<start + 64]) }
    for start in stride(from: 0, to: rest.count, by: 64) { hash.mix(rest[start..<start + 64]) }
    var text: [UInt8] = []
    for word in hash.state {
      for shift in 0..<8 {
        let digit = UInt8(truncatingIfNeeded: word >> UInt32(28 - 4 * shift)) & 15
        text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
      }
    }
    return text
  }

  private mutating func mix(_ block: ArraySlice<UInt8>) {
    var w: [UInt32] = []
    w.reserveCapacity(64)
    for at in 0..<16 {
      let start = block.startIndex + 4 * at
      w.append(UInt32(block[start]) << 24 | UInt32(block[start + 1]) << 16 | UInt32(block[start + 2]) << 8 | UInt32(block[start + 3]))
    }
    for at in 16..<64 {
      let (a, b) = (w[at - 15], w[at - 2])
      let s0 = SHA256.turn(a, 7) ^ SHA256.turn(a, 18) ^ a >> 3
      let s1 = SHA256.turn(b, 17) ^ SHA256.turn(b, 19) ^ b >> 10
      w.append(w[at - 16] &+ s0 &+ w[at - 7] &+ s1)
    }
    var v = state
    for at in 0..<64 {
      let s1 = SHA256.turn(v[4], 6) ^ SHA256.turn(v[4], 11) ^ SHA256.turn(v[4], 25)
      let t1 = v[7] &+ s1 &+ (v[4] & v[5] ^ ~v[4] & v[6]) &+ SHA256.constants[at] &+ w[at]
      let s0 = SHA256.turn(v[0], 2) ^ SHA256.turn(v[0], 13) ^ SHA256.turn(v[0], 22)
      let t2 = s0 &+ (v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2])
      v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    for at in 0..<8 { state[at] = state[at] &+ v[at] }
  }

  private static func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }

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
