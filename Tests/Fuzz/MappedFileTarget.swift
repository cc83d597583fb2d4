import CounterFile
import Dates
import Files

/// A file of this process, made anew for every input.
func scratch(_ name: String) -> Path {
  let folder = Process.variable("FUZZ_SCRATCH") ?? Array("/tmp".utf8)
  return Path(folder).appending(Array("tel-fuzz-\(Process.identifier)-\(name)".utf8))
}

let metadataHeader: [UInt8] = Metadata(
  begin: Day(0), end: Day(7), identity: Identity(program: Array("fuzz".utf8), version: [], toolchain: Array("gcc12".utf8))
).header

/// The input lies where limit, table and records are: once before the file is
/// opened, and once behind the back of a process that has it open.
@Sendable func mappedFile(_ bytes: [UInt8]) {
  let path = scratch("mapped.v1.count")
  let hostile = Array((metadataHeader + bytes + [UInt8](repeating: 0, count: Layout.page)).prefix(max(Layout.page, metadataHeader.count + bytes.count)))
  do throws(Fault) { try File.replace(path, with: hostile, durable: false) } catch { return }
  if let result = try? Opening(path: path, header: metadataHeader).run(), case .opened(let file) = result {
    use(file, bytes)
    file.bury()
    file.release()
  }
  _ = path.withCString(Kernel.unlink)

  guard let result = try? Opening(path: path, header: metadataHeader).run(), case .opened(let file) = result else { return }
  slot("first", in: file)
  let descriptor = path.withCString { Kernel.open($0, .readWrite) }
  if descriptor >= 0 {
    bytes.withUnsafeBytes { if $0.count > 0 { _ = Kernel.write(descriptor, $0.baseAddress!, $0.count, at: metadataHeader.count) } }
    Kernel.close(descriptor)
  }
  use(file, bytes)
  file.bury()
  file.release()
  _ = path.withCString(Kernel.unlink)
}

private func use(_ file: MappedFile, _ bytes: [UInt8]) {
  for name in ["a", "b", "first", "gophers", "sample/stack\nmain.f", String(repeating: "x", count: 4096)] { slot(name, in: file) }
  for start in [0, bytes.count / 3, bytes.count / 2] where start < bytes.count {
    let name = Array(bytes[start..<min(bytes.count, start + 40)])
    name.withUnsafeBufferPointer { see(file.slot(of: $0, maximum: 100, spare: 320), in: file) }
    name.withUnsafeBufferPointer { _ = file.cell(of: $0) }
  }
}

private func slot(_ name: String, in file: MappedFile) {
  Array(name.utf8).withUnsafeBufferPointer { buffer in
    see(file.slot(of: buffer, maximum: 50, spare: 0), in: file)
    if let cell = file.cell(of: buffer) { see(.cell(cell), in: file) }
  }
}

private func see(_ slot: MappedFile.Slot, in file: MappedFile) {
  guard case .cell(let cell) = slot else { return }
  let address = UnsafeMutableRawPointer(cell)
  check(file.holds(address), "a cell outside of the file")
  check(address + 8 <= file.storage.pointee.base + file.size, "a cell behind the file's end")
  check(UInt(bitPattern: address) % 8 == 0, "a cell that is not aligned")
  cell.pointee &+= 1
}
