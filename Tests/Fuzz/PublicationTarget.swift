import Files
import Publishing

/// Published data that anybody may have written. What is taken is written again as it
/// is, and every picture can be made of it.
@Sendable func publication(_ bytes: [UInt8]) {
  guard let publication = try? Publication(json: bytes, origin: []) else { return }
  let text = publication.json
  guard let again = try? Publication(json: text, origin: []) else { fatalError("what was written cannot be read") }
  check(again == publication && again.json == text, "what was written is read as something else")
  check(publication.csv.count > Publication.columns.utf8.count, "a table without a head")
  Rebuilding([publication], texts: []).forEach { document in
    check(!document.json.isEmpty, "an empty document")
    for row in document.data.rows {
      let estimate = row.estimate
      check(estimate.low >= 0 && estimate.low <= estimate.high && estimate.high <= 1, "an interval that is none")
      check(estimate.share >= 0 && estimate.share <= 1, "a share that is none")
    }
  }
}
