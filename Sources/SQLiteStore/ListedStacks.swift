import Dates
import Files
import GRDB
import Store

/// The stacks of some days. One that was seen in several weeks has a number for
/// each, and one place.
struct ListedStacks {
  private struct Counted {
    var reports: UInt32 = 0
    var last: UInt32 = 0
  }

  private var places: [Int: Int32] = [:]
  private var placesOfDigests: [StackDigest: Int32] = [:]
  /// By places: a number that has it, and in a census how many reports have it.
  private var numbers: [Int] = []
  private var counted: [Counted] = []
  /// By places; nil: all are listed.
  private var listed: [Bool]?
  private(set) var unlisted = 0

  init(of days: ClosedRange<Day>, _ db: Database) throws {
    // The index has all of this: texts are not read.
    let rows = try QuickStatement(db, "SELECT high, low, id FROM stack WHERE week BETWEEN ? AND ?")
    rows.bind(days.lowerBound.number, at: 1)
    rows.bind(days.upperBound.number, at: 2)
    while try rows.step() { add(rows.int(2), rows.digest(0)) }
  }

  /// Different ones.
  var count: Int { numbers.count }

  @discardableResult
  private mutating func add(_ number: Int, _ digest: StackDigest) -> Int32 {
    let place = placesOfDigests[digest] ?? Int32(numbers.count)
    if place == numbers.count {
      numbers.append(number)
      placesOfDigests[digest] = place
    }
    places[number] = place
    return place
  }

  /// `stack` finds the digest of one that has come since.
  mutating func place(of number: Int, _ stack: QuickStatement) throws -> Int {
    if let known = places[number] { return Int(known) }
    stack.bind(number, at: 1)
    guard try stack.step() else { throw Fault(.corrupt, "a report names a stack that is not there: restore a backup") }
    defer { stack.reset() }
    return Int(add(number, stack.digest(0)))
  }

  mutating func count(_ place: Int, report: UInt32) {
    while counted.count <= place { counted.append(Counted()) }
    guard counted[place].last != report else { return }
    counted[place].last = report
    counted[place].reports += 1
  }

  /// From what was counted: those that most reports have; of equal ones those with the lesser digest.
  mutating func list(_ most: Int) {
    var ranked = placesOfDigests.filter { $0.value < counted.count && counted[Int($0.value)].reports > 0 }.map { (digest: $0.key, place: Int($0.value)) }
    ranked.sort { (counted[$1.place].reports, $0.digest) < (counted[$0.place].reports, $1.digest) }
    listed = [Bool](repeating: false, count: numbers.count)
    for (_, place) in ranked.prefix(most) { listed![place] = true }
    unlisted = max(0, ranked.count - most)
    counted = []
  }

  /// One that has come since the others were counted is not.
  func isListed(_ place: Int) -> Bool {
    guard let listed else { return true }
    return place < listed.count && listed[place]
  }

  func text(_ place: Int, _ stack: QuickStatement) throws -> [UInt8] {
    stack.bind(numbers[place], at: 1)
    guard try stack.step() else { throw Fault(.corrupt, "a report names a stack that is not there: restore a backup") }
    defer { stack.reset() }
    return stack.bytes(0)
  }
}
