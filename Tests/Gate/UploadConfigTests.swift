import Dates
import Files
import Foundation
import TestSupport
import Testing

@testable import Gate

@Suite("The upload config")
struct UploadConfigTests {
  static func config(_ text: String, version: String = "v1.2.3") throws(Fault) -> UploadConfig {
    try UploadConfig(text.bytes, version: version.bytes, origin: "config".bytes)
  }

  static func sentence(_ text: String, version: String = "v1.2.3") -> String {
    do throws(Fault) {
      _ = try config(text, version: version)
      return ""
    } catch { return String(decoding: error.message, as: UTF8.self) }
  }

  @Test("names with braces stand for what the reference makes of them")
  func expansion() throws {
    struct Vector: Decodable {
      let `in`: String
      let out: [String]
    }
    let vectors = Samples.vectors("vectors/expand.json", as: [Vector].self)
    #expect(vectors.count > 10)
    for vector in vectors {
      #expect(UploadConfig.expand(vector.in.bytes).map { String(decoding: $0, as: UTF8.self) } == vector.out, "\(vector.in)")
    }
  }

  @Test("the Go project's own config answers as its text says")
  func realConfig() throws {
    let config = try UploadConfig(Samples.bytes("upload-config.json"), version: "v0.77.0".bytes, origin: "sample".bytes)
    #expect(config.toolchains.contains("go1.27.3".bytes) && !config.toolchains.contains("go1.99.9".bytes))
    #expect(config.systems.contains("linux".bytes) && config.architectures.contains("arm64".bytes))
    let go = try #require(config.program("cmd/go".bytes))
    #expect(go.counter("go/invocations".bytes) != nil)
    #expect(go.counter("go/no-such-thing".bytes) == nil)
    // Braces and charts themselves are no names.
    for counter in go.counters where counter.name.contains(UInt8(ascii: "{")) {
      #expect(go.counter(counter.name) == nil)
      for name in UploadConfig.expand(counter.name) { #expect(go.counter(name) != nil) }
    }
    let gopls = try #require(config.program("golang.org/x/tools/gopls".bytes))
    #expect(gopls.stack("crash/crash\na.b:+1\nc.d:+2".bytes) != nil)
    #expect(gopls.counter("crash/crash".bytes) == nil)
    #expect(gopls.stack("crash/crash".bytes)?.depth == 16 && go.counters.allSatisfy { $0.depth == 0 })
  }

  @Test("entries of one program are one program, and of two equal names the later holds")
  func repeated() throws {
    let config = try Self.config(
      #"{"SampleRate":1,"Programs":[{"Name":"p","Versions":["v1"],"Counters":[{"Name":"a","Rate":0.5}]},{"Name":"q"},{"Name":"p","Versions":["v2"],"Counters":[{"Name":"a","Rate":0.25}],"Stacks":[{"Name":"a","Rate":1}]}]}"#)
    #expect(config.programs.map(\.name) == ["p".bytes, "q".bytes])
    let program = try #require(config.program("p".bytes))
    #expect(program.versions.contains("v1".bytes) && program.versions.contains("v2".bytes) && !program.versions.contains("".bytes))
    #expect(program.counter("a".bytes)?.rate.value == 0.25)
    // A stack's rate is not the counter's of the same name.
    #expect(program.stack("a".bytes)?.rate.value == 1)
  }

  @Test("our members are read, and others skipped")
  func extras() throws {
    let config = try Self.config(
      #"{"Version":"v2.0.1-rc.1","Comment":["x"],"Programs":[{"Name":"p","Counters":[{"Name":"a","Rate":1,"Owner":"ann","Why":"to know","Expires":"2027-01-01","Depth":3},{"Name":"b","Rate":1,"Expires":"soon"}]}]}"#)
    #expect(config.version == "v2.0.1-rc.1".bytes)
    let a = try #require(config.program("p".bytes)?.counter("a".bytes))
    #expect(a.owner == "ann".bytes && a.why == "to know".bytes && a.expires == Day(text: "2027-01-01".bytes))
    #expect(!a.isExpired(Day(text: "2026-12-31".bytes)!) && a.isExpired(Day(text: "2027-01-01".bytes)!))
    #expect(config.program("p".bytes)?.counter("b".bytes)?.isExpired(Day(text: "2000-01-01".bytes)!) == true)
  }

  @Test(
    "what cannot be used says why",
    arguments: [
      ("", "1:1: the upload config is no JSON"), ("[]", "it is no object"), (#"{"GOOS":"linux"}"#, "GOOS should be an array"),
      (#"{"GOOS":[1]}"#, "GOOS should be an array of strings"), (#"{"SampleRate":"1"}"#, "SampleRate should be a number"),
      (#"{"Programs":[{"Versions":[]}]}"#, "a program has no Name"), (#"{"Programs":[{"Name":"p","Counters":[{}]}]}"#, "a counter has no Name"),
      (#"{"Programs":[{"Name":"p","Counters":[{"Name":"a","Rate":"x"}]}]}"#, "Rate should be a number"), (#"{"Version":1}"#, "Version should be a string"),
    ])
  func problems(text: String, problem: String) { #expect(Self.sentence(text).contains(problem)) }

  @Test("a version has three numbers", arguments: [("v1.2.3", true), ("v0.77.0", true), ("v1.2.3-pre.1+b", true), ("v1.2", false), ("1.2.3", false), ("latest", false), ("v1.2.3/x", false), ("v1.2.3-", false), ("v1..3", false), ("v1.2.3.4", false)])
  func versions(text: String, isGood: Bool) {
    #expect(UploadConfig.isVersion(text.bytes) == isGood)
    #expect((Self.sentence("{}", version: text) == "") == isGood)
  }

  @Test("any damage to a config is refused or read, and never a trap")
  func damage() {
    var dice = Dice(seed: 7)
    let whole = #"{"GOOS":["linux"],"SampleRate":1e-3,"Programs":[{"Name":"p","Versions":["v1"],"Counters":[{"Name":"a:{b,c}","Rate":0.5,"Expires":"2027-01-01"}],"Stacks":[{"Name":"s","Rate":1}]}]}"#.bytes
    for _ in 0..<5000 {
      var text = whole
      for _ in 0...dice.number(0...3) { text[dice.number(0...text.count - 1)] = dice.bytes(1)[0] }
      text.removeLast(dice.number(0...2))
      _ = try? UploadConfig(text, version: "v1.2.3".bytes, origin: "x".bytes)
    }
  }
}
