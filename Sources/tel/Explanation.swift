import Consent
import Files
import JSON

/// `tel status --explain`: each layer, from the highest to the mode file, what
/// it says, where that comes from, and which one decides.
struct Explanation {
  private struct Row {
    var layer: StaticString
    /// Nil if the layer says nothing.
    var mode: Mode?
    var source: [UInt8]
  }

  private var rows: [Row] = []
  private var decisive: Int?
  private let mode: Mode
  private let reason: [UInt8]
  private let vendor: [UInt8]
  private let folder: TelemetryFolder?

  /// `consent`: nil if it is not safe to count at all; then the reason says why.
  init(_ consent: Consent?, reason: [UInt8], vendor: [UInt8], folder: TelemetryFolder?) {
    (self.reason, self.vendor, self.folder) = (reason, vendor, folder)
    mode = consent?.mode ?? .off
    guard let consent else {
      rows = [Row(layer: "place", mode: .off, source: reason)]
      decisive = 0
      return
    }
    for (layer, silence) in Explanation.silences() {
      let speaking = consent.layers.filter { $0.name == layer }
      for each in speaking {
        if decisive == nil, each.mode == consent.mode { decisive = rows.count }
        rows.append(Row(layer: layer, mode: each.mode, source: each.source))
      }
      if speaking.isEmpty { rows.append(Row(layer: layer, mode: nil, source: silence)) }
    }
  }

  /// All layers, and what there is to say of those that say nothing.
  private static func silences() -> [(StaticString, [UInt8])] {
    let automation = Variables.now().automation
    let runner = automation.testRunner.map { sentence([.bytes($0), ", but a directory is given"]) }
    return [
      ("build", [UInt8]("no limit")), ("policy", sentence(["there is no ", .literal(Policy.path)])), ("DO_NOT_TRACK", [UInt8]("not set")),
      ("TEL_MODE", [UInt8]("no limit")), ("test runner", runner ?? [UInt8]("none")), ("CI", [UInt8]("none")), ("mode file", []),
    ]
  }

  func write(to output: inout Output) {
    for (index, row) in rows.enumerated() {
      let isDecisive = index == decisive
      output.row("\(row.layer)", sentence([.bytes(pad(row.mode.map { [UInt8]($0.word) } ?? [UInt8]("-"))), .bytes(row.source)]), row.mode == nil ? .faint : isDecisive ? .strong : .plain)
    }
    output.row("in effect", sentence([.bytes(pad([UInt8](mode.word))), .bytes(reason)]), mode == .off ? .warning : .good)
  }

  private func pad(_ word: [UInt8]) -> [UInt8] { word + [UInt8](repeating: 0x20, count: max(1, 7 - word.count)) }

  func write(to json: inout JSONWriter) {
    func text(_ key: StaticString, _ value: [UInt8]) {
      json.key(key)
      json.string(value)
    }
    json.beginObject()
    text("mode", [UInt8](mode.word))
    text("reason", reason)
    text("vendor", vendor)
    text("directory", folder?.path.bytes ?? [])
    json.key("layers")
    json.beginArray()
    for (index, row) in rows.enumerated() {
      json.beginObject()
      text("layer", [UInt8](row.layer))
      text("mode", row.mode.map { [UInt8]($0.word) } ?? [])
      text("source", row.source)
      json.key("decides")
      json.bool(index == decisive)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}

extension Consent.Layer {
  /// What the layer is called in documents.
  fileprivate var name: StaticString {
    switch origin {
    case .build: "build"
    case .policy: "policy"
    case .variable(let name): name
    case .testRunner: "test runner"
    case .service: "CI"
    case .file, .link, .noFile: "mode file"
    }
  }
}

private func == (a: StaticString, b: StaticString) -> Bool { [UInt8](a) == b }
