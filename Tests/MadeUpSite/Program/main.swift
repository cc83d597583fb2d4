import CollectorPages
import Files
import Foundation
import MadeUpSite
import Pages

// made-up-site <set> <folder>          writes all pages as files
// made-up-site <set> <folder> answer   an address in a line of the input, its answer in the output
// made-up-site <set> <folder> time     says how long some take, in milliseconds

let words = CommandLine.arguments
guard words.count >= 3 else { fatalError("made-up-site \(MadeUpSite.names.joined(separator: "|")) <folder> [time | <path>...]") }
let folder = words[2]
try FileManager.default.createDirectory(atPath: folder + "/.configs", withIntermediateDirectories: true)
guard let source = try MadeUpSite.named(words[1], folder: Path(Array((folder + "/.configs").utf8))) else { fatalError("no such set") }

func ask(_ site: Site, _ address: String) async throws -> Site.Answer {
  let parts = address.split(separator: "?", maxSplits: 1)
  return try await site.answer(String(parts[0]), query: Query(parts.count > 1 ? String(parts[1]) : nil))
}

func write(_ address: String, _ body: [UInt8]) throws {
  var path = folder + String(address.split(separator: "?")[0])
  if path.hasSuffix("/") { path += "index.html" }
  try FileManager.default.createDirectory(atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
  try Data(body).write(to: URL(fileURLWithPath: path))
}

if words.count == 3 {
  let site = try Site(source, isStatic: true)
  for address in try await site.addresses() { try write(address, try await ask(site, address).body) }
} else if words[3] == "time" {
  let clock = ContinuousClock()
  let site = try Site(source)
  for address in words.dropFirst(4) {
    func once() async throws -> (Double, Site.Answer) {
      let start = clock.now
      let answer = try await ask(site, address)
      let (seconds, attoseconds) = (clock.now - start).components
      return (Double(seconds) * 1000 + Double(attoseconds) / 1e15, answer)
    }
    let (cold, answer) = try await once()
    var warm = Double.infinity
    for _ in 0..<5 { warm = min(warm, try await once().0) }
    print(address, answer.status, answer.body.count, "cold", cold, "warm", warm)
  }
} else {
  let site = try Site(source)
  while let address = readLine() {
    let answer = try await ask(site, address)
    let head = [
      "status": "\(answer.status)", "Content-Type": answer.type, "ETag": answer.etag, "Cache-Control": answer.cacheControl, "Location": answer.location ?? "", "file": answer.file ?? "",
      "length": "\(answer.body.count)", "Content-Security-Policy": Site.policy,
    ]
    FileHandle.standardOutput.write(try JSONEncoder().encode(head) + Data("\n".utf8) + Data(answer.body))
  }
}
