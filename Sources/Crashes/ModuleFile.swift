import Files

/// A program or library on disk: which build it is, and the names of its
/// functions. It need not be the one that has crashed, nor sound.
struct ModuleFile {
  private let descriptor: Int32
  private let path: Path
  private let size: Int
  let modified: Int64
  private var sections: [Section] = []

  private struct Section {
    let kind: UInt64
    let offset: Int
    let size: Int
    let link: Int
  }

  /// A function, and how far behind its beginning.
  struct Found {
    var name: [UInt8]
    var offset: UInt64
  }

  private static let symbolLength = 24
  private static let pieceLength = symbolLength * 8192
  /// Symbols that are read when somebody waits, and else.
  private static let hastyLimit = 2 << 20
  private static let limit = 256 << 20

  /// Nil: there is no such file, or it is not for this machine.
  init?(_ path: Path) {
    guard path.bytes.first == UInt8(ascii: "/") else { return nil }
    let descriptor = Kernel.open(path, .read)
    guard descriptor >= 0 else { return nil }
    var attributes = Kernel.Attributes()
    guard Kernel.attributes(of: descriptor, &attributes) == 0, Kernel.isRegular(attributes) else {
      Kernel.close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    self.path = path
    size = Int(clamping: attributes.size)
    modified = attributes.modified
    guard let header = read(0, 64), header.begins(with: "\u{7f}ELF"), header[4] == 2, header[5] == 1, number(header, 58, 2) == 64 else {
      Kernel.close(descriptor)
      return nil
    }
    let count = Int(number(header, 60, 2))
    if count <= 4096, let table = read(Int(clamping: number(header, 40, 8)), count * 64) {
      for index in 0..<count {
        let at = index * 64
        sections.append(
          Section(
            kind: number(table, at + 4, 4), offset: Int(clamping: number(table, at + 24, 8)), size: Int(clamping: number(table, at + 32, 8)),
            link: Int(number(table, at + 40, 4))))
      }
    }
  }

  func close() { Kernel.close(descriptor) }

  /// Empty if it has none.
  var buildID: [UInt8] {
    for section in sections where section.kind == 7 && section.size <= 4096 {
      guard let notes = read(section.offset, section.size) else { continue }
      var at = 0
      while at + 12 <= notes.count {
        let (nameLength, length, kind) = (Int(number(notes, at, 4)), Int(number(notes, at + 4, 4)), number(notes, at + 8, 4))
        let start = at + 12 + (nameLength + 3) / 4 * 4
        guard start <= notes.count, length <= notes.count - start else { break }
        if kind == 3, nameLength == 4, Array(notes[(at + 12)..<(at + 15)]) == "GNU" { return Array(notes[start..<start + min(length, 32)]) }
        at = start + (length + 3) / 4 * 4
      }
    }
    return []
  }

  /// The functions that these addresses are in. Nil: there are so many that
  /// looking for them takes too long for somebody who waits.
  func functions(at addresses: [UInt64], isHasty: Bool) -> [Found?]? {
    var found: [Candidate?] = Array(repeating: nil, count: addresses.count)
    // 2: all symbols; 11: those for the dynamic linker, which strip leaves.
    guard let table = sections.first(where: { $0.kind == 2 }) ?? sections.first(where: { $0.kind == 11 }) else { return addresses.map { _ in nil } }
    if isHasty, table.size > ModuleFile.hastyLimit { return nil }
    guard table.size <= ModuleFile.limit, table.link < sections.count else { return addresses.map { _ in nil } }
    var at = 0
    while at < table.size {
      guard let piece = read(table.offset &+ at, min(ModuleFile.pieceLength, table.size - at)) else { break }
      look(piece, addresses, &found)
      at += piece.count
    }
    let names = sections[table.link]
    return zip(found, addresses).map { candidate, address in
      guard let candidate, let name = name(candidate.name, in: names) else { return nil }
      return Found(name: name, offset: address - candidate.value)
    }
  }

  private struct Candidate {
    var name: Int
    var value: UInt64
    var rank: Int
  }

  private func look(_ piece: [UInt8], _ addresses: [UInt64], _ found: inout [Candidate?]) {
    piece.withUnsafeBytes { bytes in
      var at = 0
      while at + ModuleFile.symbolLength <= bytes.count {
        defer { at += ModuleFile.symbolLength }
        let info = bytes[at + 4]
        // 2: a function; 10: one that is chosen when the module is loaded.
        guard info & 15 == 2 || info & 15 == 10, bytes[at + 6] | bytes[at + 7] != 0 else { continue }
        let value = bytes.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
        let size = bytes.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self)
        for (index, address) in addresses.enumerated() where address >= value && address - value < size {
          // Of several names for it the global one, and of those the first.
          let rank = info >> 4 == 1 ? 2 : info >> 4 == 2 ? 1 : 0
          if let known = found[index], known.value > value || known.value == value && known.rank >= rank { continue }
          found[index] = Candidate(name: Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)), value: value, rank: rank)
        }
      }
    }
  }

  private static let longestName = 1024

  /// A byte that would break a line becomes "?".
  private func name(_ offset: Int, in names: Section) -> [UInt8]? {
    guard offset > 0, offset < names.size, let start = read(names.offset &+ offset, min(ModuleFile.longestName, names.size - offset)) else { return nil }
    let name = start.prefix { $0 != 0 }
    if name.isEmpty { return nil }
    return name.map { $0 <= 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }
  }

  /// All of it, or nil.
  private func read(_ offset: Int, _ count: Int) -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { return nil }
    // Not beyond the end: a file may have become shorter.
    guard let bytes = try? readAt(offset, count), bytes.count == count else { return nil }
    return bytes
  }

  private func readAt(_ offset: Int, _ count: Int) throws(Fault) -> [UInt8] {
    var problem = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      done = 0
      while done < count {
        let got = Kernel.read(descriptor, buffer.baseAddress! + done, count - done, at: offset + done)
        if got < 0 { problem = got }
        if got <= 0 { break }
        done += got
      }
    }
    if problem < 0 { throw Fault(.io, "cannot read ", .path(path), ": ", .error(Int32(-problem))) }
    return bytes
  }
}
