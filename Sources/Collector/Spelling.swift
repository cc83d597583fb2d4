import Files

enum Spelling {
  /// Text from elsewhere, in one line, and not the whole of it.
  static func shown(_ text: String) -> String { String(decoding: sentence([.bytes(Array(text.utf8.prefix(80)))]), as: UTF8.self) }
}
