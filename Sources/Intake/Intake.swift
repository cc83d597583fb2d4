import ChartConfig
import Dates
import Files
import Gate
import JSON
import Store

/// What a report must be to be kept. A pure function of the bytes, the configs and
/// the day.
public struct Intake: Sendable {
  /// Of a body, in bytes; the reference's.
  public static let limit = 102_400

  private let shelf: ConfigShelf

  public init(_ shelf: ConfigShelf) { self.shelf = shelf }

  /// `date` is the last part of the address.
  public func verdict(on body: [UInt8], date: [UInt8], today: Day) -> Verdict {
    .refuse(status: 503, sentence: "reports are not taken yet")
  }
}
