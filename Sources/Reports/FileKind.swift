// For the command: what ships does without.
#if !hasFeature(Embedded)

import Dates
import Files

/// What a file in a telemetry folder is: telemetry's own names, and no others.
public enum FileKind: Equatable, Sendable {
  case counterFile
  /// A report, since when its programs had counted, and one that the reference
  /// would upload. The day on which the week ended.
  case report(Day), begin(Day), waiting(Day)
  /// Of a report run that is under way, or was cut off.
  case staged, temporary
  case state, lock, weekends
  /// What the reference was sent away with, and its lock while it sends.
  case uploaded(Day), uploadLock
  /// What is known of a document that was sent; one that the collector refused,
  /// and its answer.
  case receipt(Day), rejected(Day), answer(Day)
  /// Of uploads: a config; which one is in force; when the next try may be; the
  /// day's mark of the reference; how the latest exchanges went.
  case config, pin, schedule, token, results
  /// Set aside, at this time (Unix seconds).
  case quarantined(Int64)

  /// Of a name in `local/`.
  public init?(local name: [UInt8]) {
    if Harvest.isCounterFile(name), Harvest.dayHint(name) != nil, Text.isPrintable(name) {
      self = .counterFile
    } else if name.count == 21, name.begins(with: "local."), let day = FileKind.day(name, from: 6, ".json") {
      self = .report(day)
    } else if name.count == 16, let day = FileKind.day(name, from: 0, ".begin") {
      self = .begin(day)
    } else if name.count == 15, let day = FileKind.day(name, from: 0, ".json") {
      self = .waiting(day)
    } else if FileKind.isTemporary(name) {
      self = .temporary
    } else if ReportFolder.Staged(name: name) != nil {
      self = .staged
    } else if name == "tel.state" {
      self = .state
    } else if name == "tel.lock" {
      self = .lock
    } else if name == "weekends" {
      self = .weekends
    } else if name == "upload.config" {
      self = .pin
    } else if name == "upload.next" {
      self = .schedule
    } else if name == "upload.token" {
      self = .token
    } else if name == "upload.plugins" {
      self = .results
    } else {
      return nil
    }
  }

  /// Of a name in `upload/`.
  public init?(upload name: [UInt8]) {
    if name.count == 15, let day = FileKind.day(name, from: 0, ".json") {
      self = .uploaded(day)
    } else if name.count == 20, FileKind.day(name, from: 0, ".json.lock") != nil {
      self = .uploadLock
    } else if name.count == 18, let day = FileKind.day(name, from: 0, ".receipt") {
      self = .receipt(day)
    } else if FileKind.isTemporary(name) {
      self = .temporary
    } else {
      return nil
    }
  }

  /// Of a name in `rejected/`.
  public init?(rejected name: [UInt8]) {
    if name.count == 15, let day = FileKind.day(name, from: 0, ".json") {
      self = .rejected(day)
    } else if name.count == 17, let day = FileKind.day(name, from: 0, ".answer") {
      self = .answer(day)
    } else if FileKind.isTemporary(name) {
      self = .temporary
    } else {
      return nil
    }
  }

  /// Of a name in `config/`.
  public init?(config name: [UInt8]) {
    if name.count == 69, name.ends(with: ".json"), name[..<64].allSatisfy({ hexValue($0) != nil }) {
      self = .config
    } else if FileKind.isTemporary(name) {
      self = .temporary
    } else {
      return nil
    }
  }

  /// Of a name in `quarantine/`.
  public init?(quarantine name: [UInt8]) {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.first != UInt8(ascii: "."), (2...12).contains(name.count - dot) else { return nil }
    var time: Int64 = 0
    for byte in name[(dot + 1)...] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      time = time * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    let original = Array(name[..<dot])
    // A long name was cut at its end when it was set aside.
    guard Self(local: original) != nil || original.ends(with: ".v1.count") || original.count == 243 else { return nil }
    self = .quarantined(time)
  }

  private static func isTemporary(_ name: [UInt8]) -> Bool {
    name.count == 21 && name.begins(with: ".tmp-") && name[5...].allSatisfy { hexValue($0) != nil }
  }

  private static func day(_ name: [UInt8], from start: Int, _ ending: StaticString) -> Day? {
    name.ends(with: ending) ? Day(text: name[start..<start + 10]) : nil
  }
}

#endif
