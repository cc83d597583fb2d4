import Stacks
import Testing

private func tidy(_ symbol: String) -> String {
  String(decoding: FunctionName.tidy(Array(symbol.utf8), demangled: { _ in nil }), as: UTF8.self)
}

/// As rustc 1.95 has written them, and what binutils' demangler makes of them, with
/// generic arguments and hashes left out.
private let real = [
  ("_RNvCs6xxl1lAjzDf_1a4main", "a::main"),
  ("_RNvNtCs6xxl1lAjzDf_1a5async4type", "a::async::type"),
  ("_RNCNvCs6xxl1lAjzDf_1a4main0B3_", "a::main::{closure#0}"),
  ("_RNCNvCs6xxl1lAjzDf_1a4mains1_0B3_", "a::main::{closure#3}"),
  ("_RNCNCNvCs6xxl1lAjzDf_1a4mains0_00B5_", "a::main::{closure#2}::{closure#0}"),
  ("_RNvNvCs6xxl1lAjzDf_1a4deeps_5local", "a::deep::local"),
  ("_RNvCs6xxl1lAjzDf_1au9gre_6ka8i", "a::größe"),
  ("_RNvCs6xxl1lAjzDf_1au6wgv71a", "a::日本"),
  ("_RNvMNtCs6xxl1lAjzDf_1a5innerINtB2_4ListhE3addB4_", "<a::inner::List[]>::add"),
  ("_RNvXCs6xxl1lAjzDf_1aRShNtB2_5Speak5speak", "<&[u8]_as_a::Speak>::speak"),
  ("_RNvXs1_Cs6xxl1lAjzDf_1aAAbj4_j2_NtB5_5Speak5speak", "<[[bool;_];_]_as_a::Speak>::speak"),
  ("_RNvXs_Cs6xxl1lAjzDf_1aTlPhFhEbENtB4_5Speak5speak", "<(i32,*const_u8,fn)_as_a::Speak>::speak"),
  ("_RNvXs1h_NtCsgEmfK2I1SDS_4core3fmtQStNtB6_5Debug3fmtCs6xxl1lAjzDf_1a", "<&mut_[u16]_as_core::fmt::Debug>::fmt"),
  ("_RNvXs1j_NtCsgEmfK2I1SDS_4core3fmtQDNtNtB8_5panic12PanicPayloadEL_NtB6_7Display3fmtCsjrHSEGnQ3l9_3std",
    "<&mut_dyn_core::panic::PanicPayload_as_core::fmt::Display>::fmt"),
  ("_RINvCs6xxl1lAjzDf_1a7genericINtNtCsgEmfK2I1SDS_4core6option6OptionQStEKj7_Kc78_Kb1_Kan3_EB2_", "a::generic[]"),
  ("_RNvXsv_NtCslNYArtu3iFV_5alloc5boxedINtB5_3BoxDINtNtNtCsgEmfK2I1SDS_4core3ops8function2FnThEEp6OutputhNtNtBP_6marker4SendEL_EIBJ_B1o_E4callCs6xxl1lAjzDf_1a",
    "<alloc::boxed::Box[]_as_core::ops::function::Fn[]>::call"),
  ("_RNSNvYNCNvCs6xxl1lAjzDf_1a4mains_0INtNtNtCsgEmfK2I1SDS_4core3ops8function6FnOnceThEE9call_once6vtableB8_",
    "<a::main::{closure#1}_as_core::ops::function::FnOnce[]>::call_once::{shim:vtable#0}"),
  ("_RINvMNtCslNYArtu3iFV_5alloc5sliceSm11sort_by_keyINtNtCsgEmfK2I1SDS_4core3cmp7ReversemENCNvCs6xxl1lAjzDf_1a4mains2_0EB1q_", "<[u32]>::sort_by_key[]"),
  ("_RNvXse_NtNtCsjrHSEGnQ3l9_3std2io5errorNtB5_9ErrorKindNtNtCsgEmfK2I1SDS_4core3fmt5Debug3fmt", "<std::io::error::ErrorKind_as_core::fmt::Debug>::fmt"),
  ("_RNvYjNtNtCsgEmfK2I1SDS_4core3cmp3Ord3maxCs6xxl1lAjzDf_1a.llvm.1234567", "<usize_as_core::cmp::Ord>::max[llvm]"),
]

@Suite("Names of Rust's newer kind")
struct RustNameTests {
  @Test("have no hashes and no arguments", arguments: real) func whole(_ symbol: String, _ wanted: String) { #expect(tidy(symbol) == wanted) }

  @Test("stay as they are if they are none", arguments: [
    "_R", "_Read", "_RNvC6editor", "_RNvC6editor4main5", "_RNvC6editor9main", "_R9NvC6editor4main", "_RB_", "_RNvB_4main", "_RNvC6editor4ma!n", "_RNvC6editor99999999999999999999main",
    "_RNvCszzzzzzzzzzzzzzzzzzzz_6editor4main", "_RIC1a", "_RMC1a", "_RNvMC1a", "_RNvYzC1a",
  ])
  func none(_ symbol: String) { #expect(tidy(symbol) == symbol) }

  @Test("that refer to themselves again and again come to an end") func loops() {
    // Each tuple has the one before twice: that is longer than any name, if it is written out.
    var symbol = "_RNvYTTuuE"
    var last = 4
    for _ in 0..<40 {
      let next = symbol.utf8.count - 2
      symbol += "TB\(base62(last))B\(base62(last))E"
      last = next
    }
    symbol += "EC1a1b"
    let start = ContinuousClock.now
    #expect(tidy(symbol) == String(symbol.prefix(FunctionName.longest)))
    #expect(tidy("_RNvYTTuuETB3_B3_EEC1a1b") == "<(((),()),(((),()),((),())))_as_a>::b")
    _ = tidy("_RNv" + String(repeating: "NvMC1a", count: 5000) + "C1a1b")
    _ = tidy("_RINvC1a1b" + String(repeating: "T", count: 50_000))
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  private func base62(_ number: Int) -> String {
    let digits = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if number == 0 { return "_" }
    var (rest, text) = (number - 1, "")
    repeat {
      text = String(digits[rest % 62]) + text
      rest /= 62
    } while rest > 0
    return text + "_"
  }

  @Test("that are damaged neither trap nor hang, and are one word") func mutated() {
    var random = SystemRandomNumberGenerator()
    let letters = Array("_RCMXYNIBAESTPQOFDKLGUnupvs0129azZh.".utf8)
    for _ in 0..<20_000 {
      var symbol = Array(real.randomElement(using: &random)!.0.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 2..<symbol.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: symbol[at] = letters.randomElement(using: &random)!
        case 1: symbol.insert(letters.randomElement(using: &random)!, at: at)
        default: if symbol.count > 3 { symbol.remove(at: at) }
        }
      }
      let name = FunctionName.tidy(symbol, demangled: { _ in nil })
      #expect(name.count <= FunctionName.longest && !name.contains(0x20) && !name.contains(UInt8(ascii: ".")))
    }
  }
}
