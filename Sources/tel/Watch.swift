import Consent
import Files
import Frames
import Survey

/// The counters of some telemetry folders, as they change.
final class Watch {
  struct Line {
    let program: [UInt8]
    let name: [UInt8]
    var value: UInt64
    /// A second, since the sample before.
    var rate: Double
  }

  private let folders: [TelemetryFolder]
  private var files: [LiveFile] = []
  private var known: [(path: Path, inode: UInt64)] = []
  /// When each folder last changed, in nanoseconds: names come and go then.
  private var changes: [Int64] = []
  private var cells: [(file: LiveFile, record: LiveFile.Record, line: Int)] = []
  private(set) var lines: [Line] = []
  private var last: Int64 = 0
  /// Those that counted since the sample before, busiest first.
  private(set) var busy: [Int] = []
  /// All, greatest first.
  private(set) var byValue: [Int] = []
  private var age = 0

  init(_ folders: [TelemetryFolder]) { self.folders = folders }

  var fileCount: Int { files.count }
  var rate: Double { busy.reduce(0) { $0 + lines[$1].rate } }

  /// Reads every counter once.
  func sample() {
    let now = Clock.monotonic
    let seconds = last == 0 ? 0 : Double(now - last) / 1e9
    last = now
    var isNew = look()
    for file in files where file.update() { isNew = true }
    if isNew { arrange() }
    var sums = [UInt64](repeating: 0, count: lines.count)
    for cell in cells {
      let (sum, overflow) = sums[cell.line].addingReportingOverflow(cell.file.value(of: cell.record))
      sums[cell.line] = overflow ? .max : sum
    }
    busy.removeAll(keepingCapacity: true)
    for index in lines.indices {
      let before = lines[index].value
      // Less than before: somebody has set it to zero, or a file has gone.
      let more = sums[index] > before && seconds > 0 ? sums[index] - before : 0
      lines[index].value = sums[index]
      lines[index].rate = seconds > 0 ? Double(more) / seconds : 0
      if more > 0 { busy.append(index) }
    }
    busy.sort { lines[$0].rate != lines[$1].rate ? lines[$0].rate > lines[$1].rate : lines[$0].name.precedes(lines[$1].name) }
    // Totals change little from one sample to the next.
    if isNew || age % 8 == 0 { byValue = lines.indices.sorted { lines[$0].value != lines[$1].value ? lines[$0].value > lines[$1].value : $0 < $1 } }
    age += 1
  }

  /// Files that have come or gone. Answers whether there are any.
  private func look() -> Bool {
    let now = folders.map { folder -> Int64 in
      var attributes = Kernel.Attributes()
      return Kernel.attributes(at: folder.local, &attributes) == 0 ? attributes.modified : -1
    }
    // A name may have come in the second in which the folder was last seen to change.
    if now == changes, now.allSatisfy({ Clock.seconds - $0 > 2 }) { return false }
    changes = now
    var found: [(path: Path, inode: UInt64)] = []
    for path in folders.flatMap({ (try? Inventory.counterFiles(in: $0)) ?? [] }) {
      var attributes = Kernel.Attributes()
      if Kernel.attributes(ofLinkAt: path, &attributes) == 0 { found.append((path, attributes.inode)) }
    }
    if found.count == known.count, zip(found, known).allSatisfy({ $0 == $1 }) { return false }
    let old = Dictionary(zip(known.map { $0.path.bytes }, known.map { $0.inode }), uniquingKeysWith: { $1 })
    let kept = Dictionary(files.map { ($0.path.bytes, $0) }, uniquingKeysWith: { $1 })
    files = found.compactMap { path, inode in old[path.bytes] == inode ? kept[path.bytes] : LiveFile(path) }
    known = found
    return true
  }

  /// Gives every counter of every program its line; files of several weeks and
  /// versions share it.
  private func arrange() {
    var indices: [[UInt8]: Int] = [:]
    var values: [[UInt8]: UInt64] = [:]
    for line in lines { values[Watch.key(line.program, line.name)] = line.value }
    lines = []
    cells = []
    for file in files {
      for record in file.records {
        let name = record.name.contains(0x0a) ? StackName.decode(record.name) : record.name
        let key = Watch.key(file.program, name)
        let index = indices[key] ?? lines.count
        if index == lines.count {
          indices[key] = index
          lines.append(Line(program: file.program, name: name, value: values[key] ?? 0, rate: 0))
        }
        cells.append((file, record, index))
      }
    }
  }

  private static func key(_ program: [UInt8], _ name: [UInt8]) -> [UInt8] { program + [0] + name }
}
