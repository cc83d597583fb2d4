import Files
import TestSupport
import Testing

@testable import CounterFile

@Suite("Counts in one piece")
struct CountsTests {
  private typealias Model = [[UInt8]: UInt64]

  private func random(_ dice: inout Dice) -> Model {
    var model: Model = [:]
    for _ in 0..<dice.number(0...8) {
      let name = dice.pick(["a".bytes, "a1 2\n3".bytes, "10 1\na\n".bytes, "editor/open".bytes, [0xff], [0], dice.bytes(dice.number(1...12))])
      model[name] = dice.pick([0, 1, 9, 10, .max, dice.next()])
    }
    return model
  }

  private func counts(_ model: Model) -> Counts {
    var maker = CountsMaker()
    for name in model.keys.sorted(by: { $0.precedes($1) }) { name.withUnsafeBufferPointer { maker.append($0, model[name]!) } }
    return maker.counts
  }

  private func model(_ counts: Counts) -> Model { Dictionary(uniqueKeysWithValues: counts.list.map { ($0.name, $0.value) }) }

  @Test("what goes in comes out, in byte order, whatever bytes the names have", arguments: 0..<300 as Range<UInt64>)
  func roundTrip(_ seed: UInt64) {
    var dice = Dice(seed: seed)
    let model = random(&dice)
    let counts = counts(model)
    #expect(self.model(counts) == model)
    #expect(counts.count == model.count && counts.isEmpty == model.isEmpty)
    #expect(zip(counts.list, counts.list.dropFirst()).allSatisfy { $0.name.precedes($1.name) })
    #expect(counts.isASCII == model.keys.allSatisfy { $0.allSatisfy { $0 < 0x80 } })
  }

  @Test("subtracting, raising and adding do to each name what they do to numbers", arguments: 0..<300 as Range<UInt64>)
  func arithmetic(_ seed: UInt64) {
    var dice = Dice(seed: seed)
    let (a, b) = (random(&dice), random(&dice))
    let beyond = a.filter { $0.value > b[$0.key] ?? 0 }.map { ($0.key, $0.value - (b[$0.key] ?? 0)) }
    #expect(model(counts(a).beyond(counts(b))) == Dictionary(uniqueKeysWithValues: beyond))
    #expect(counts(a).isBeyond(counts(b)) == !beyond.isEmpty)
    #expect(model(counts(a).raised(to: counts(b))) == Dictionary(uniqueKeysWithValues: a.map { ($0.key, max($0.value, b[$0.key] ?? 0)) }))
    let sums = a.merging(b) { x, y in x.addingReportingOverflow(y).overflow ? .max : x + y }
    #expect(model(counts(a).adding(counts(b))) == sums)
    #expect(!counts(a).isBeyond(counts(a)))
  }

  @Test("counts that lie among other bytes are those and no others")
  func within() {
    let bytes = "head\n3 1\na\n4 2\nbc\ntail\n".bytes
    let counts = Counts(bytes, at: 5..<18, count: 2)
    #expect(model(counts) == ["a".bytes: 3, "bc".bytes: 4])
  }
}

@Suite("Fingerprint of a counter file")
struct FingerprintTests {
  private func image(_ names: [String]) -> CounterFileImage {
    var image = CounterFileImage(metadata: CounterFileImage.metadata(begin: "2026-11-20", end: "2026-11-27"))
    for (index, name) in names.enumerated() { image.add(name.bytes, value: UInt64(index + 1), at: image.headerLength + 2080 + 64 * index) }
    return image
  }

  @Test("it is the reader's, and the same for the same bytes")
  func same() throws {
    let image = image(["a", "b", "c"])
    let reader = try CounterFileReader(image.bytes, named: [])
    #expect(CounterFileReader.fingerprint(of: image.bytes) == reader.fingerprint)
  }

  @Test("any single bit of the header, of a head or of a value gives another, or no file")
  func bits() throws {
    let image = image(["a", "b", "c"])
    let fingerprint = try CounterFileReader(image.bytes, named: []).fingerprint
    var places = Array(0..<image.headerLength + 2080)
    for index in 0..<3 { places += (0..<8).map { image.headerLength + 2080 + 64 * index + $0 } }
    for place in places {
      for bit in 0..<8 {
        var bytes = image.bytes
        bytes[place] ^= 1 << bit
        if CounterFileReader.fingerprint(of: bytes) == fingerprint { Issue.record("bit \(bit) of byte \(place)") }
      }
    }
  }

  @Test("a counter more gives another")
  func more() {
    #expect(CounterFileReader.fingerprint(of: image(["a"]).bytes) != CounterFileReader.fingerprint(of: image(["a", "b"]).bytes))
  }

  @Test("what is no counter file has none")
  func none() {
    #expect(CounterFileReader.fingerprint(of: []) == nil)
    #expect(CounterFileReader.fingerprint(of: Array(repeating: 0, count: 16384)) == nil)
  }
}
