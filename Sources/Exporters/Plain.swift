import CounterFile
import Files
import JSON

/// The counts as they are, for programs that know what a counter is.
enum Plain {
  static func json(_ exported: Exported) -> [UInt8] {
    var json = JSONWriter(indent: [0x20])
    func member(_ key: StaticString, _ text: [UInt8]) {
      json.key(key)
      json.string(text)
    }
    json.beginObject()
    member("vendor", exported.vendor)
    member("begin", exported.begin)
    member("end", exported.end)
    json.key("programs")
    json.beginArray()
    for program in exported.programs {
      let who = program.identity
      json.beginObject()
      member("program", who.program)
      member("version", who.version)
      member("toolchain", who.toolchain)
      member("os", who.os)
      member("arch", who.arch)
      json.key("counts")
      json.beginArray()
      for count in program.counts {
        json.beginObject()
        member("name", count.head)
        if count.isStack {
          json.key("frames")
          json.beginArray()
          for frame in count.frames { json.string(frame) }
          json.endArray()
        }
        json.key("value")
        json.unsigned(count.value)
        json.endObject()
      }
      json.endArray()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes + [0x0a]
  }

  /// RFC 4180, with a heading; the name of a stack has a line for each frame.
  static func csv(_ exported: Exported) -> [UInt8] {
    var text = [UInt8]("begin,end,vendor,program,version,toolchain,os,arch,name,value\n")
    for program in exported.programs {
      let who = program.identity
      var start: [UInt8] = []
      for column in [exported.begin, exported.end, exported.vendor, who.program, who.version, who.toolchain, who.os, who.arch] {
        append(column, to: &start)
        start.append(UInt8(ascii: ","))
      }
      for count in program.counts {
        text += start
        append(count.name, to: &text)
        text.append(UInt8(ascii: ","))
        text.append(decimal: count.value)
        text.append(0x0a)
      }
    }
    return text
  }

  private static func append(_ column: [UInt8], to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    guard column.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0a || $0 == 0x0d }) else {
      text += column
      return
    }
    text.append(quote)
    for byte in column {
      if byte == quote { text.append(quote) }
      text.append(byte)
    }
    text.append(quote)
  }
}
