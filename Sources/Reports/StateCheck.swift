// For the command: what ships does without.
#if !hasFeature(Embedded)

import Consent
import CounterFile
import Files

/// The ledger as somebody sees it who checks it.
public struct StateCheck {
  public let generation: UInt64
  /// How many counter files it knows.
  public let files: Int
  private let state: State

  public enum Verdict {
    case good(StateCheck)
    /// At this offset it is not what a report run writes.
    case damaged(Int)
  }

  public static func verdict(on bytes: [UInt8]) -> Verdict {
    var end = 0
    guard let state = State(bytes, end: &end) else { return .damaged(end) }
    return .good(StateCheck(generation: state.generation, files: state.ledgers.count, state: state))
  }

  /// A counter that has less than was reported of it: what is counted next is
  /// missing in the reports until it is there again.
  public struct Shortfall {
    public var file: Path
    public var name: [UInt8]
    public var value: UInt64
    public var reported: UInt64
  }

  public func shortfalls(in folder: TelemetryFolder) throws(Fault) -> [Shortfall] {
    var found: [Shortfall] = []
    for name in try Folder.names(in: folder.local, where: Harvest.isCounterFile) ?? [] {
      guard case .harvest(let harvest) = Harvest.look(at: name, in: folder.local, now: .max, isHasty: false),
        let ledger = state.ledger(of: harvest.key)
      else { continue }
      harvest.counts.forEach(with: ledger.harvested) { counter, value, reported in
        if let reported, value ?? 0 < reported {
          found.append(
            Shortfall(file: folder.local.appending(name), name: [UInt8](copying: UnsafeRawBufferPointer(counter)), value: value ?? 0, reported: reported))
        }
      }
    }
    return found
  }
}

#endif
