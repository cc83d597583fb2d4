import Files
import Foundation
import TestSupport
import Testing

@testable import Counting

@Suite("Registry")
struct RegistryTests {
  private func newRegistry() -> Registry { Registry(base: Kernel.memory(Registry.memoryLength)!) }

  private func insert(_ name: [UInt8], _ registry: Registry) -> (counter: Counter, isNew: Bool)? {
    name.withUnsafeBufferPointer { registry.counter($0, hash: Registry.hash($0), flags: 0) }
  }

  private func find(_ name: [UInt8], _ registry: Registry) -> Counter? {
    name.withUnsafeBufferPointer { registry.find($0, hash: Registry.hash($0)) }
  }

  @Test("100,000 names each have a handle of their own, and one more is refused")
  func manyNames() {
    let registry = newRegistry()
    var bases: Set<UnsafeMutableRawPointer> = []
    for index in 0..<100_000 {
      guard let (counter, isNew) = insert("counter/\(index)".bytes, registry), isNew else {
        Issue.record("no handle for number \(index)")
        return
      }
      bases.insert(counter.base)
    }
    #expect(bases.count == 100_000)
    for index in stride(from: 0, to: 100_000, by: 37) {
      let name = "counter/\(index)".bytes
      guard let counter = find(name, registry), Array(counter.name) == name else {
        Issue.record("number \(index) is lost")
        return
      }
      if insert(name, registry)?.isNew != false { Issue.record("number \(index) is there twice") }
    }
    #expect(insert("one more".bytes, registry) == nil)
    #expect(find("one more".bytes, registry) == nil)
  }

  @Test("names that hash to one place go on in the next table")
  func collisions() {
    let registry = newRegistry()
    var names: [[UInt8]] = []
    var index = 0
    while names.count < 45 {
      let name = "c\(index)".bytes
      if name.withUnsafeBufferPointer({ Registry.hash($0) }) & 16383 == 777 { names.append(name) }
      index += 1
    }
    for name in names { #expect(insert(name, registry)?.isNew == true) }
    for name in names { #expect(find(name, registry).map { Array($0.name) } == name) }
    for name in names { #expect(insert(name, registry)?.isNew == false) }
    #expect(find("absent".bytes, registry) == nil)
  }

  @Test("a name's length and every byte of it count")
  func similarNames() {
    let registry = newRegistry()
    var names: [[UInt8]] = [[0], [0, 0], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 0]]
    for length in 1...40 {
      for at in 0..<length {
        var name = [UInt8](repeating: 0x61, count: length)
        name[at] = 0x62
        names.append(name)
      }
    }
    for name in names { #expect(insert(name, registry)?.isNew == true) }
    for name in names { #expect(find(name, registry).map { Array($0.name) } == name) }
  }

  @Test("threads that ask for the same new names get the same handles")
  func threads() {
    nonisolated(unsafe) let registry = newRegistry()
    let found = Locked<[[UInt]]>([])
    Threads.run(4) { thread in
      let order = thread % 2 == 0 ? Array(0..<5000) : Array((0..<5000).reversed())
      var bases = [UInt](repeating: 0, count: 5000)
      for index in order { bases[index] = insert("n\(index)".bytes, registry).map { UInt(bitPattern: $0.counter.base) } ?? 0 }
      found.change { $0.append(bases) }
    }
    #expect(found.value.allSatisfy { $0 == found.value[0] })
    #expect(Set(found.value[0]).count == 5000)
  }

  @Test("without memory there is no handle, and later there is one")
  func noMemory() {
    let registry = newRegistry()
    Faults.during({ call, _ in call == .map ? ENOMEM : 0 }) { #expect(insert("a".bytes, registry) == nil) }
    #expect(insert("a".bytes, registry)?.isNew == true)
  }
}
