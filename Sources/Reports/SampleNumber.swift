import Files

/// X: drawn for each report, and compared with sample rates.
enum SampleNumber {
  /// Uniform in (0, 1) with 52 bits from the kernel. Zero, which collectors
  /// refuse, is drawn again.
  static func random() -> Double {
    while true {
      var bits: UInt64 = 0
      if !withUnsafeMutableBytes(of: &bits, { Kernel.fillRandomly($0.baseAddress!, $0.count) }) {
        bits = UInt64(bitPattern: Clock.monotonic) &* 0x9E37_79B9_7F4A_7C15
      }
      let x = Double(bits >> 12) / 4_503_599_627_370_496  // 2⁵²
      if x > 0 { return x }
    }
  }
}
