import Files
import JSON
import Publishing

extension JSONWriter {
  mutating func text(_ text: [UInt8]?) { if let text { string(text) } else { raw([UInt8]("null")) } }

  mutating func row(_ row: DataRow) {
    beginObject()
    key("bucket")
    text(row.bucket)
    key("dimension")
    string(Array(row.dimension.rawValue.utf8))
    key("value")
    text(row.value)
    key("reports")
    integer(Int64(row.reports))
    key("of")
    integer(Int64(row.of))
    key("weighted")
    number(row.weighted)
    key("weighted_of")
    number(row.weightedOf)
    key("effective")
    number(row.effective)
    key("total")
    unsigned(row.total)
    endObject()
  }
}
