import Files

/// The formats that need no plugin.
public enum ExportFormat: Sendable, CaseIterable {
  case json, csv, prometheus, otlp

  public var name: StaticString {
    switch self {
    case .json: "json"
    case .csv: "csv"
    case .prometheus: "prometheus"
    case .otlp: "otlp"
    }
  }

  public init?(_ name: [UInt8]) {
    for format in ExportFormat.allCases where name == format.name {
      self = format
      return
    }
    return nil
  }

  /// `version` is libtel's.
  public func text(of exported: Exported, version: [UInt8]) -> [UInt8] {
    switch self {
    case .json: Plain.json(exported)
    case .csv: Plain.csv(exported)
    case .prometheus: PrometheusText.text(of: exported)
    case .otlp: OTLPDocument.text(of: exported, version: version)
    }
  }
}
