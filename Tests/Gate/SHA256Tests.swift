import Testing

@testable import Gate

/// Vectors: FIPS 180-4's examples, and lengths around the ends of blocks, from sha256sum.
private func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "gives what the standard's examples give",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
      (letters(55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
      (letters(64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
    ])
  func vectors(text: String, hash: String) {
    #expect(String(decoding: SHA256.text(of: Array(text.utf8)), as: UTF8.self) == hash)
  }

  @Test("goes on over many blocks")
  func million() {
    let hash = SHA256.text(of: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
    #expect(String(decoding: hash, as: UTF8.self) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }
}
