/// The name of a stack counter: the counter's own name, then for each frame,
/// innermost first, a line feed and
///
///     <path>.<function>:<line>,+0x<offset>
///
/// A path equal to the one of the line before is written as a ditto mark, `"`.
/// The line is `+8` from the function's beginning or `=8` from the file's.
public enum StackName {
  /// Of a counter file's names.
  public static let maximum = 4096
  private static let truncation: StaticString = "\ntruncated\n"

  /// The name as it is in counter files. Frames that do not fit are left out,
  /// and a last line says so.
  public static func encode(name: [UInt8], frames: [Frame]) -> [UInt8] {
    var text = name
    var previous: [UInt8] = []
    // As far as it may go if more follows.
    var last = text.count
    let room = maximum - truncation.utf8CodeUnitCount
    for frame in frames {
      let (path, function) = frame.symbol
      text.append(0x0a)
      if path == previous, !path.isEmpty {
        text.append(UInt8(ascii: "\""))
      } else {
        // The empty path is never a ditto: a reader would put the latest other one there.
        text += path
      }
      previous = path
      text.append(UInt8(ascii: "."))
      text += function
      text += frame.position
      if text.count <= room { last = text.count }
      if text.count > maximum { return Array(text[..<min(last, room)]) + ending }
    }
    return text
  }

  private static var ending: [UInt8] {
    Array(UnsafeBufferPointer(start: truncation.utf8Start, count: truncation.utf8CodeUnitCount))
  }

  /// With paths in place of ditto marks. A name without line feeds is no stack
  /// and stays as it is. The counter's name counts as the first line: its part
  /// before the last dot is what a ditto in the first frame repeats.
  public static func decode(_ name: [UInt8]) -> [UInt8] {
    guard name.contains(0x0a) else { return name }
    var text: [UInt8] = []
    var path: ArraySlice<UInt8> = []
    var start = 0
    while true {
      let end = name[start...].firstIndex(of: 0x0a) ?? name.count
      let line = name[start..<end]
      if let dot = line.lastIndex(of: UInt8(ascii: ".")), dot > start {
        if dot == start + 1, line[start] == UInt8(ascii: "\"") {
          text += path
          text += line[(dot + 1)...]
        } else {
          path = line[...dot]
          text += line
        }
      } else {
        text += line
      }
      if end == name.count { return text }
      text.append(0x0a)
      start = end + 1
    }
  }
}
