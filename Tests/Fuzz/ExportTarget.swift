import Exporters
import Files
import JSON
import Reports

/// Whatever a report says, what is exported can be read, and has all counts.
@Sendable func export(_ bytes: [UInt8]) {
  guard let document = try? ReportDocument(report: bytes, origin: Path([UInt8]("fuzz"))) else { return }
  let exported = Exported([document], vendor: [UInt8]("v"), at: 1)
  var total: UInt64 = 0
  for count in exported.programs.flatMap({ $0.counts }) { total = total &+ count.value }
  for format in ExportFormat.allCases {
    let text = format.text(of: exported, version: [UInt8]("1"))
    check(text.last == 0x0a, "the last line has no end")
    check(Text.isUTF8(text) && !text.contains(0), "what was written is no text")
    switch format {
    case .json, .otlp: check((try? JSONReader.value(of: text)) != nil, "what was written is no JSON")
    case .prometheus: checkLines(text)
    case .csv: check(lastColumns(text) == total, "counts are missing")
    }
  }
}

private func checkLines(_ text: [UInt8]) {
  var seen: Set<[UInt8]> = []
  for line in text.dropLast().split(separator: 0x0a, omittingEmptySubsequences: false) where line.first != UInt8(ascii: "#") {
    let value = line.lastIndex(of: 0x20) ?? line.startIndex
    check(line.starts(with: Array("tel_".utf8)) && value > line.startIndex, "a line is no sample")
    check(seen.insert(Array(line[..<value])).inserted, "a sample is there twice")
  }
}

/// The sum of what is behind the last comma of each row; only there is a row's
/// end behind digits and outside quotation marks.
private func lastColumns(_ text: [UInt8]) -> UInt64 {
  var (sum, number, isQuoted, isHeading): (UInt64, UInt64, Bool, Bool) = (0, 0, false, true)
  for byte in text {
    switch byte {
    case UInt8(ascii: "\""): isQuoted.toggle()
    case _ where isQuoted: break
    case UInt8(ascii: ","): number = 0
    case 0x0a:
      if !isHeading { sum = sum &+ number }
      (number, isHeading) = (0, false)
    default: number = number &* 10 &+ UInt64(byte & 15)
    }
  }
  return sum
}
