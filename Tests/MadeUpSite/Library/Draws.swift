/// Numbers without a pattern, the same in each run: by what they are drawn for.
struct Draws {
  private var state: UInt64

  init(_ parts: [UInt8]...) {
    state = 0xcbf2_9ce4_8422_2325
    for part in parts {
      for byte in part { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
      state = (state ^ 0xff) &* 0x100_0000_01b3
    }
  }

  mutating func next() -> Double {
    state = state &+ 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((z ^ (z >> 31)) >> 11) / 9007199254740992
  }

  /// About how many of `n` have what one of `1 / p` has: near enough for pictures.
  mutating func count(of n: Int, _ p: Double) -> Int {
    let spread = (Double(n) * p * (1 - p)).squareRoot()
    let noise = next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() + next() - 6
    return min(n, max(0, Int((Double(n) * p + spread * noise).rounded())))
  }
}
