import CSymbols
import Files

/// The functions of a program or library, from the symbol table in its file:
/// .symtab, which has static functions too, or else .dynsym. Reading never traps,
/// whatever is in the file; what makes no sense has no functions.
public struct ELFSymbols {
  /// Reads bytes of the file from an offset on; how many there were.
  public typealias Reader = (_ offset: Int, _ into: UnsafeMutableRawBufferPointer) -> Int

  public struct Function: Equatable {
    public var name: [UInt8]
    /// As addresses in the file are, before the program was loaded.
    public var start: UInt64

    public init(name: [UInt8], start: UInt64) {
      self.name = name
      self.start = start
    }
  }

  public static let longestName = 1024
  private static let mostSections = 4096
  private static let mostParts = 512
  /// Entries that are looked at: a gigabyte of them is no symbol table.
  private static let mostSymbols = 1 << 24
  private static let symbolLength = 24
  private static let symbolsAtOnce = 1024

  private let read: Reader
  private let header: [UInt8]

  /// Nil: it is no program or library with 64 bits and this machine's order of bytes.
  public init?(read: @escaping Reader) {
    self.read = read
    guard let header = ELFSymbols.whole(0, 64, read) else { return nil }
    self.header = header
    #if _endian(big)
      let order: UInt8 = 2
    #else
      let order: UInt8 = 1
    #endif
    guard header[0] == 0x7f, header[1] == 0x45, header[2] == 0x4c, header[3] == 0x46, header[4] == 2, header[5] == order else { return nil }
    let kind = ELFSymbols.number(header, 16, bytes: 2)
    guard kind == 2 || kind == 3 else { return nil }
  }

  /// The program headers: which part of the file is where in memory.
  public var parts: [UInt8]? {
    let count = Int(ELFSymbols.number(header, 56, bytes: 2))
    guard ELFSymbols.number(header, 54, bytes: 2) == 56, count > 0, count <= ELFSymbols.mostParts else { return nil }
    return ELFSymbols.whole(ELFSymbols.number(header, 32, bytes: 8), count * 56, read)
  }

  /// The contents of the parts that are notes.
  public var notes: [[UInt8]] {
    guard let parts else { return [] }
    var notes: [[UInt8]] = []
    for at in stride(from: 0, to: parts.count, by: 56) where ELFSymbols.number(parts, at, bytes: 4) == 4 {
      let length = ELFSymbols.number(parts, at + 32, bytes: 8)
      guard length <= 4096, let content = ELFSymbols.whole(ELFSymbols.number(parts, at + 8, bytes: 8), Int(length), read) else { continue }
      notes.append(content)
    }
    return notes
  }

  /// Which build it is; empty if it does not say.
  public var buildID: [UInt8] {
    for notes in notes {
      var id = [UInt8](repeating: 0, count: Int(CSYMBOLS_BUILD_ID))
      let length = notes.withUnsafeBytes { notes in id.withUnsafeMutableBufferPointer { csymbols_build_id(notes.baseAddress, notes.count, $0.baseAddress) } }
      if length > 0, length <= id.count { return Array(id[..<Int(length)]) }
    }
    return []
  }

  /// Bytes that are looked through for functions.
  public var tableLength: UInt64 { (table(2) ?? table(11))?.0.length ?? 0 }

  /// The functions that have these addresses, in ascending order; nil where none has.
  public func functions(at addresses: [UInt64]) -> [Function?] {
    for kind: UInt64 in [2, 11] {
      if let (symbols, texts) = table(kind) { return functions(at: addresses, symbols, texts) }
    }
    return addresses.map { _ in nil }
  }

  private struct Section {
    var offset: UInt64
    var length: UInt64
  }

  /// The symbol table of this kind, and its names.
  private func table(_ kind: UInt64) -> (Section, Section)? {
    let count = Int(ELFSymbols.number(header, 60, bytes: 2))
    guard ELFSymbols.number(header, 58, bytes: 2) == 64, count > 0, count <= ELFSymbols.mostSections else { return nil }
    guard let sections = ELFSymbols.whole(ELFSymbols.number(header, 40, bytes: 8), count * 64, read) else { return nil }
    func section(_ index: Int) -> Section {
      Section(offset: ELFSymbols.number(sections, index * 64 + 24, bytes: 8), length: ELFSymbols.number(sections, index * 64 + 32, bytes: 8))
    }
    for index in 0..<count where ELFSymbols.number(sections, index * 64 + 4, bytes: 4) == kind {
      let names = Int(ELFSymbols.number(sections, index * 64 + 40, bytes: 4))
      guard ELFSymbols.number(sections, index * 64 + 56, bytes: 8) == UInt64(ELFSymbols.symbolLength), names < count else { return nil }
      return (section(index), section(names))
    }
    return nil
  }

  /// What is known of an address so far.
  private struct Candidate {
    var start: UInt64 = 0
    var name: UInt64 = 0
    var rank = 0
  }

  private func functions(at addresses: [UInt64], _ symbols: Section, _ texts: Section) -> [Function?] {
    var best = [Candidate](repeating: Candidate(), count: addresses.count)
    let count = Int(min(symbols.length / UInt64(ELFSymbols.symbolLength), UInt64(ELFSymbols.mostSymbols)))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: ELFSymbols.symbolsAtOnce * ELFSymbols.symbolLength, alignment: 8)
    defer { buffer.deallocate() }
    var done = 0
    while done < count {
      let wanted = min(count - done, ELFSymbols.symbolsAtOnce)
      guard let offset = ELFSymbols.place(symbols.offset, done * ELFSymbols.symbolLength) else { break }
      let got = read(offset, UnsafeMutableRawBufferPointer(rebasing: buffer[..<(wanted * ELFSymbols.symbolLength)]))
      let symbolsRead = min(max(0, got / ELFSymbols.symbolLength), wanted)
      for index in 0..<symbolsRead { consider(UnsafeRawPointer(buffer.baseAddress!) + index * ELFSymbols.symbolLength, addresses, &best) }
      if symbolsRead < wanted { break }
      done += wanted
    }
    return best.map { candidate in
      guard candidate.rank > 0, candidate.name < texts.length, let offset = ELFSymbols.place(texts.offset, Int(clamping: candidate.name)) else { return nil }
      let room = Int(min(texts.length - candidate.name, UInt64(ELFSymbols.longestName)))
      let name = text(offset, room)
      return name.isEmpty ? nil : Function(name: name, start: candidate.start)
    }
  }

  private func consider(_ symbol: UnsafeRawPointer, _ addresses: [UInt64], _ best: inout [Candidate]) {
    let info = symbol.load(fromByteOffset: 4, as: UInt8.self)
    // A function, or one that is chosen when the program starts; defined here.
    guard info & 15 == 2 || info & 15 == 10, symbol.load(fromByteOffset: 6, as: UInt16.self) != 0 else { return }
    let start = symbol.load(fromByteOffset: 8, as: UInt64.self)
    let length = symbol.load(fromByteOffset: 16, as: UInt64.self)
    guard length > 0, let last = addresses.last, start <= last else { return }
    // The first address that is not before it.
    var (low, high) = (0, addresses.count)
    while low < high {
      let middle = (low + high) / 2
      if addresses[middle] < start { low = middle + 1 } else { high = middle }
    }
    // Of several names of one place, the one that others see is the usual one.
    let rank = info >> 4 == 1 ? 3 : info >> 4 == 2 ? 2 : 1
    while low < addresses.count, addresses[low] - start < length {
      if best[low].rank == 0 || start > best[low].start || (start == best[low].start && rank > best[low].rank) {
        best[low] = Candidate(start: start, name: UInt64(symbol.load(as: UInt32.self)), rank: rank)
      }
      low += 1
    }
  }

  /// Up to the NUL. What does not end is no name.
  private func text(_ offset: Int, _ room: Int) -> [UInt8] {
    var name: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: ELFSymbols.longestName, alignment: 8) { buffer in
      let got = read(offset, UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
      for index in 0..<min(max(0, got), room) {
        let byte = buffer[index]
        if byte == 0 { return }
        name.append(byte)
      }
      name = []
    }
    return name
  }

  private static func place(_ base: UInt64, _ further: Int) -> Int? {
    let (sum, overflow) = base.addingReportingOverflow(UInt64(further))
    return overflow || sum > UInt64(Int.max) ? nil : Int(sum)
  }

  private static func whole(_ offset: UInt64, _ count: Int, _ read: Reader) -> [UInt8]? {
    guard let place = place(offset, 0), count > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { read(place, $0) }
    return got == count ? bytes : nil
  }

  /// In this machine's order of bytes.
  private static func number(_ bytes: [UInt8], _ offset: Int, bytes count: Int) -> UInt64 {
    bytes.withUnsafeBytes {
      switch count {
      case 2: UInt64($0.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
      case 4: UInt64($0.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      default: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      }
    }
  }
}
