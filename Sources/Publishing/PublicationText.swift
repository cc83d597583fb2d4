import Dates
import Files
import JSON
import Store

/// A publication as JSON: the same bytes for the same numbers, and all of it can be
/// read back. docs/formats.md has its keys.
extension Publication {
  public static let format = 1

  public var json: [UInt8] {
    var json = JSONWriter(indent: [])
    json.beginObject()
    json.key("format")
    json.integer(Int64(Publication.format))
    json.key("span")
    json.string(Array(span.name.utf8))
    json.key("edition")
    json.integer(Int64(edition))
    json.key("final")
    json.bool(isFinal)
    json.key("made")
    json.string(made.text)
    json.key("least")
    json.integer(Int64(least))
    json.key("reports")
    json.integer(Int64(reports))
    json.list("programs", programs) { json, program in
      json.key("name")
      json.string(program.name)
      json.key("reports")
      json.integer(Int64(program.reports))
      json.list("charts", program.charts) { json, chart in
        json.key("name")
        json.string(chart.name)
        json.key("kind")
        json.string(Array(chart.kind.rawValue.utf8))
        json.list("asked", chart.asked) { json, stratum in
          json.key("rate")
          json.number(stratum.rate)
          json.key("of")
          json.integer(Int64(stratum.of))
        }
        json.list("rows", chart.rows) { json, row in row.write(to: &json) }
      }
    }
    json.endObject()
    return json.bytes + [0x0a]
  }
}

extension DataRow {
  func write(to json: inout JSONWriter) {
    json.key("bucket")
    json.text(bucket)
    json.key("dimension")
    json.string(Array(dimension.rawValue.utf8))
    json.key("value")
    json.text(value)
    json.key("reports")
    json.integer(Int64(reports))
    json.key("of")
    json.integer(Int64(of))
    json.key("weighted")
    json.number(weighted)
    json.key("weighted_of")
    json.number(weightedOf)
    json.key("effective")
    json.number(effective)
    json.key("total")
    json.unsigned(total)
    if isAtLeast {
      json.key("at_least")
      json.bool(true)
    }
    if strata.count < 2, strata.first?.rate == 1 { return }
    json.list("strata", strata) { json, stratum in
      json.key("rate")
      json.number(stratum.rate)
      json.key("reports")
      json.integer(Int64(stratum.reports))
      json.key("of")
      json.integer(Int64(stratum.of))
    }
  }
}

extension JSONWriter {
  mutating func text(_ text: [UInt8]?) { if let text { string(text) } else { raw([UInt8]("null")) } }

  mutating func list<T>(_ key: StaticString, _ items: [T], _ write: (inout JSONWriter, T) -> Void) {
    self.key(key)
    beginArray()
    for item in items {
      beginObject()
      write(&self, item)
      endObject()
    }
    endArray()
  }
}
