import ArgumentParser
import Dates
import Delivery
import Files
import Gate
import JSON
import Survey

struct SentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sent", abstract: "List what was sent, or print it byte for byte.",
    discussion: """
      The exit status of --verify is 1 if what is kept here is not what was sent,
      or not what the collector's receipt says that it received.
      """)
  @OptionGroup var place: Place
  @OptionGroup var format: Format
  @Argument(help: ArgumentHelp("Print what was sent of the week that ended on this day.", valueName: "week"), completion: .custom(Uploading.sentWeeks))
  var week: Day?
  @Flag(help: "Compare the copies that are kept with the collector's receipts.")
  var verify = false

  private struct Sent {
    let week: Day
    let document: [UInt8]
    let report: Report?
    let receipt: Receipt?

    init(_ week: Day, _ folder: UploadFolder) throws(Fault) {
      self.week = week
      document = try File.content(of: folder.sent(week), limit: Report.limit) ?? []
      report = try? Report(document, origin: folder.sent(week))
      receipt = try Receipt.read(week, in: folder)
    }

    var counts: Int { report?.programs.reduce(0) { $0 + $1.counters.count + $1.stacks.count } ?? 0 }

    var proof: StaticString {
      guard let receipt else { return "no receipt" }
      switch receipt.proof(of: document) {
      case .same: return "received as it is here"
      case .different: return "NOT WHAT IS HERE"
      case .none: return "sent as it is here; the collector gave no receipt"
      }
    }

    var isWrong: Bool { receipt?.proof(of: document) == .different }
  }

  func run() throws {
    let folder = UploadFolder(try Vendor(place).folder)
    var output = Output()
    if let week, !verify, !format.json {
      guard let document = try File.content(of: folder.sent(week), limit: Report.limit) else {
        throw Failure(.failure, "nothing was sent of the week that ended on ", .bytes(week.text), "; \"tel sent\" lists what was")
      }
      output.write(exactly: document)
      return try output.flush()
    }
    let all = try folder.weeksSent().filter { week == nil || $0 == week }.map { try Sent($0, folder) }
    if let week, all.isEmpty { throw Failure(.failure, "nothing was sent of the week that ended on ", .bytes(week.text)) }
    if format.json { output.json { write(all, to: &$0) } } else { write(all, to: &output) }
    try output.flush()
    if verify, all.contains(where: { $0.isWrong }) { throw ExitCode.failure }
  }

  private func write(_ all: [Sent], to output: inout Output) {
    if all.isEmpty { output.line("Nothing was sent.") }
    for sent in all {
      output.write(String(decoding: sent.week.text, as: UTF8.self), .strong)
      let date = sent.receipt.map { sentence([", on ", .bytes(Array($0.date.prefix(10))), " to ", .bytes($0.destination)]) } ?? sentence([", by another program"])
      output.line("  ", .number(sent.counts), sent.counts == 1 ? " counter, " : " counters, ", .number(sent.document.count), " bytes", .bytes(date))
      if verify {
        output.write("            ")
        output.write("\(sent.proof)", sent.isWrong ? .warning : .good)
        output.line()
      }
    }
  }

  private func write(_ all: [Sent], to json: inout JSONWriter) {
    json.beginArray()
    for sent in all {
      json.beginObject()
      json.member("week", sent.week.text)
      json.member("bytes", UInt64(sent.document.count))
      json.member("sha256", SHA256.text(of: sent.document))
      json.member("counters", UInt64(sent.counts))
      if let receipt = sent.receipt {
        json.member("date", receipt.date)
        json.member("destination", receipt.destination)
        json.member("config", receipt.config)
        json.member("config_sha256", receipt.configHash)
        json.member("received_sha256", receipt.received?.hash ?? [])
        json.member("received", receipt.received?.day ?? [])
      }
      if verify { json.member("proof", [UInt8](sent.proof)) }
      if week != nil { json.member("document", sent.document) }
      json.endObject()
    }
    json.endArray()
  }
}
