import Gate
import Store

/// Sums of one program under one config, in arrays by numbers: a report adds to
/// them without looking for a name.
final class ProgramSums {
  /// Reports that have one name, in one part.
  struct Cell {
    var total: UInt64 = 0
    var reports: UInt32 = 0
    /// The last report that was counted here: one with two builds counts once.
    var last: UInt32 = 0
  }

  struct PartSums {
    let part: Part
    /// By slots; as many as have been needed.
    var cells: [Cell] = []
    /// Reports by the first of `rates` that is not less than their X. The last is for those above all.
    var asked: [Int]
    var last: UInt32 = 0
  }

  /// A name that has been seen, and which the config has.
  struct Slot {
    /// The number of a counter, or the place of a stack.
    let name: Int
    let isStack: Bool
    let rate: Double
  }

  let program: UploadConfig.Program
  private let configName: [UInt8]
  private let config: UploadConfig
  /// In ascending order.
  private let rates: [Double]
  private(set) var slots: [Slot] = []
  /// Slots by numbers of counters; -1: not looked for yet, -2: the config has it not.
  private var counterSlots: [Int32] = []
  /// By their places.
  private var stackSlots: [Int: Int32] = [:]
  /// Of stacks, by the numbers of their first lines; NaN: not looked for yet, less than 0: the config has it not.
  private var stackRates: [Double] = []
  private var parts: [PartSums] = []
  private var partNumbers: [Part: Int] = [:]

  init(_ program: UploadConfig.Program, _ config: UploadConfig, named configName: [UInt8]) {
    (self.program, self.config, self.configName) = (program, config, configName)
    rates = program.rates(under: config).sorted()
  }

  /// The numbers of the parts that reports of this build are in.
  func parts(of build: Build) -> [Int] {
    Dimension.allCases.map { dimension in
      let part = Part(program: program.name, dimension: dimension, value: dimension.value(of: build), config: configName)
      if let known = partNumbers[part] { return known }
      parts.append(PartSums(part: part, asked: [Int](repeating: 0, count: rates.count + 1)))
      partNumbers[part] = parts.count - 1
      return parts.count - 1
    }
  }

  /// A report that has the program, in this part.
  @inline(__always) func ask(_ part: Int, _ x: Double, report: UInt32) {
    guard parts[part].last != report else { return }
    parts[part].last = report
    var rate = 0
    while rate < rates.count, x > rates[rate] { rate += 1 }
    parts[part].asked[rate] += 1
  }

  /// Nil: the config has no such counter.
  @inline(__always) func slot(ofCounter number: Int, _ name: (Int) -> [UInt8]) -> Int? {
    if number < counterSlots.count, counterSlots[number] != -1 { return counterSlots[number] < 0 ? nil : Int(counterSlots[number]) }
    while counterSlots.count <= number { counterSlots.append(-1) }
    guard let counter = program.counter(name(number)) else {
      counterSlots[number] = -2
      return nil
    }
    counterSlots[number] = Int32(slots.count)
    slots.append(Slot(name: number, isStack: false, rate: counter.rate(under: config)))
    return slots.count - 1
  }

  /// Less than every X: the config has no such stack.
  func rate(ofStacks chart: Int, _ name: (Int) -> [UInt8]) -> Double {
    while stackRates.count <= chart { stackRates.append(.nan) }
    if stackRates[chart].isNaN { stackRates[chart] = program.stack(name(chart))?.rate(under: config) ?? -1 }
    return stackRates[chart]
  }

  func slot(ofStack place: Int, rate: Double) -> Int {
    if let known = stackSlots[place] { return Int(known) }
    stackSlots[place] = Int32(slots.count)
    slots.append(Slot(name: place, isStack: true, rate: rate))
    return slots.count - 1
  }

  @inline(__always) func rate(_ slot: Int) -> Double { slots[slot].rate }

  @inline(__always) func add(_ value: UInt64, _ slot: Int, _ part: Int, report: UInt32) {
    if slot >= parts[part].cells.count { grow(part, to: slot) }
    parts[part].cells.withUnsafeMutableBufferPointer { cells in
      let (sum, overflow) = cells[slot].total.addingReportingOverflow(value)
      cells[slot].total = overflow ? .max : sum
      if cells[slot].last != report {
        cells[slot].last = report
        cells[slot].reports += 1
      }
    }
  }

  private func grow(_ part: Int, to slot: Int) {
    let missing = max(slot + 1, parts[part].cells.count * 3 / 2) - parts[part].cells.count
    parts[part].cells += [Cell](repeating: Cell(), count: missing)
  }

  func collect(into tallies: inout Tallies, _ counter: (Int) -> [UInt8], _ stack: (Int) throws -> [UInt8]) rethrows {
    let names = try slots.map { $0.isStack ? try stack($0.name) : counter($0.name) }
    for sums in parts {
      var reports = 0
      for (index, rate) in rates.enumerated() {
        reports += sums.asked[index]
        tallies.asked.append(Tallies.Asked(part: sums.part, rate: rate, reports: reports))
      }
      for (slot, cell) in sums.cells.enumerated() where cell.reports > 0 {
        tallies.seen.append(
          Tallies.Seen(part: sums.part, name: names[slot], isStack: slots[slot].isStack, rate: slots[slot].rate, reports: Int(cell.reports), total: cell.total))
      }
    }
  }
}
