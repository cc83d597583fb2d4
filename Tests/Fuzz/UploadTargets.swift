import CounterFile
import Dates
import Files

@testable import Delivery
@testable import Gate

// What comes from a collector, by hand, or lies in a folder that others may write.

private let origin = Path(Array("fuzz".utf8))

@Sendable func uploadConfig(_ bytes: [UInt8]) {
  guard let config = try? UploadConfig(bytes, version: Array("v1.0.0".utf8), origin: Array("fuzz".utf8)) else { return }
  check(UploadConfig.isVersion(config.version) && config.hash.count == 64, "a config without version or hash")
  for program in config.programs {
    check(config.program(program.name)?.name == program.name, "a program is not found")
    for counter in program.counters {
      for name in UploadConfig.expand(counter.name) { check(program.counter(name) != nil, "a counter that it lists is not found") }
    }
  }
}

@Sendable func reportDocument(_ bytes: [UInt8]) {
  guard let report = try? Report(bytes, origin: origin) else { return }
  let once = report.text
  guard let again = try? Report(once, origin: origin) else { fatalError("what was written cannot be read") }
  check(again.text == once && again.week == report.week, "what was written reads as something else")
  // Whatever a report says, what goes is on the list.
  let text = #"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["gcc12.2"],"SampleRate":1,"Programs":[{"Name":"p","Versions":["v1"],"Counters":[{"Name":"a:{b,c}","Rate":0.5}],"Stacks":[{"Name":"s","Rate":1}]}]}"#
  let config = try! UploadConfig(Array(text.utf8), version: Array("v1.0.0".utf8), origin: [])
  let outcome = Gate(config, asOf: nil, now: report.week.start + 1).pass(report, from: .foreign)
  for program in outcome.document.programs {
    check(program.identity.program == "p" && program.identity.version == "v1" && program.identity.os == "linux", "a program goes that is not listed")
    check(program.counters.allSatisfy { $0.name == "a:b" || $0.name == "a:c" }, "a counter goes that is not listed")
    check(program.stacks.allSatisfy { $0.name.begins(with: "s") }, "a stack goes that is not listed")
  }
}

@Sendable func begins(_ bytes: [UInt8]) {
  guard let begins = try? Begins(bytes, origin: origin) else { return }
  _ = begins.begin(Identity(program: Array("p".utf8), version: [], toolchain: [], os: [], arch: []))
}

@Sendable func receipt(_ bytes: [UInt8]) {
  guard let receipt = Receipt(bytes) else { return }
  _ = (receipt.received, receipt.proof(of: bytes))
  guard let again = Receipt(receipt.text) else { fatalError("what was written cannot be read") }
  check(again.text == receipt.text && again.hash == receipt.hash, "what was written reads as something else")
}

@Sendable func pin(_ bytes: [UInt8]) {
  guard let pin = ConfigStore.Pin(bytes) else { return }
  check(ConfigStore.Pin.isHash(pin.hash) && (pin.before.isEmpty || ConfigStore.Pin.isHash(pin.before)), "a hash that is none becomes a file's name")
  check(ConfigStore.Pin(pin.text)?.text == pin.text, "what was written reads as something else")
}

@Sendable func schedule(_ bytes: [UInt8]) {
  let schedule = Schedule(bytes)
  check(Schedule(schedule.text) == schedule, "what was written reads as something else")
  _ = (schedule.holds(at: 0), schedule.afterFailure(at: 1_800_000_000, retryAfter: Int(bytes.first ?? 0) << 20, chance: 0.5))
}

@Sendable func destination(_ bytes: [UInt8]) {
  for source in [Destination.Source.recorded, .given] {
    guard let destination = try? Destination(bytes, from: source) else { continue }
    let url = destination.url(Array("config/latest.json".utf8))
    check(url.ends(with: "config/latest.json"), "a URL of something else")
    let isServer = destination.scheme == "http" || destination.scheme == "https"
    check(destination.isOrigin(of: url) == isServer, "it is not its own origin")
    check(source == .given || isServer || destination.scheme == "file", "a program is recorded")
    check(!destination.isOrigin(of: Array("https://elsewhere.example/".utf8)) || bytes.lowered.begins(with: "https://elsewhere.example"), "another origin")
  }
}

@Sendable func parcel(_ bytes: [UInt8]) {
  do throws(Fault) {
    switch try Parcel(bytes, origin: origin) {
    case .config(let config, let text): check(text == bytes && UploadConfig.isVersion(config.version), "another config than is there")
    case .receipt(let receipt): check(receipt.text == bytes && ConfigStore.Pin.isHash(receipt.hash), "another receipt than is there")
    }
  } catch { check(!error.message.isEmpty && error.status != .ok, "refused without a word") }
}
