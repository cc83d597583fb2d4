import ArgumentParser
import Consent
import Files
import Glibc
import JSON
import Survey

struct ServiceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "service", abstract: "Have what is due uploaded once a day, by a timer of systemd.",
    discussion: """
      The timer is the user's own, one for each vendor, and starts "tel upload".
      It changes nothing about consent: without it nothing is sent.
      """,
    subcommands: [Install.self, Remove.self, Status.self])

  /// No directory: a timer serves the vendor's own.
  struct Whose: ParsableArguments {
    @Option(help: ArgumentHelp("The organisation whose reports are meant.", valueName: "name"), completion: .custom { _, _, _ in Vendor.names })
    var vendor: Text

    var units: ServiceUnits { get throws { try ServiceUnits(vendor: vendor.bytes) } }

    /// Why nothing is sent, if that is so: what the timer does, it does in vain.
    func objection() -> [UInt8]? {
      guard vendor.bytes != "go", let consent = try? Consent.read(.standard, vendor: vendor.bytes) else { return nil }
      if consent.mode < .on { return sentence(["But ", .bytes(consent.reason), ": nothing is sent."]) }
      if consent.folder.destination == nil { return sentence(["But no destination is recorded for vendor ", .bytes(vendor.bytes), ": nothing is sent."]) }
      return nil
    }
  }

  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write and enable the timer.")
    @OptionGroup var whose: Whose
    @OptionGroup var format: Format

    func run() throws {
      let units = try whose.units
      let isWritten = try units.write()
      let order: [[UInt8]] = [[UInt8]("enable"), [UInt8]("--now"), units.timer]
      var output = Output()
      var status = isWritten ? Systemctl.run([[UInt8]("daemon-reload")]) : 0
      if status == 0 { status = Systemctl.run(order) }
      if format.json {
        output.json { units.write([("written", isWritten), ("enabled", status == 0)], to: &$0) }
      } else {
        if isWritten { output.line("Wrote the units to ", .path(units.folder), ".") }
        if status == 0 { output.line("Reports of vendor ", .bytes(units.vendor), " that are due are uploaded once a day: ", .bytes(units.timer), " is enabled.") }
        if let objection = whose.objection() { output.line(.bytes(objection)) }
      }
      try output.flush()
      try Systemctl.complain(status, order)
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Disable the timer, and remove what install wrote.")
    @OptionGroup var whose: Whose
    @OptionGroup var format: Format

    func run() throws {
      let units = try whose.units
      let wasEnabled = units.isEnabled
      let order: [[UInt8]] = [[UInt8]("disable"), [UInt8]("--now"), units.timer]
      var status = wasEnabled ? Systemctl.run(order) : 0
      // Whatever systemd said, or is not there to say.
      try units.remove()
      if wasEnabled, status == 0 { status = Systemctl.run([[UInt8]("daemon-reload")]) }
      var output = Output()
      if format.json {
        output.json { units.write([("removed", wasEnabled)], to: &$0) }
      } else if wasEnabled {
        output.line("Disabled ", .bytes(units.timer), ": no timer uploads reports of vendor ", .bytes(units.vendor), ".")
      } else {
        output.line("No timer uploads reports of vendor ", .bytes(units.vendor), "; nothing was removed.")
      }
      try output.flush()
      // Without systemd nothing runs.
      if status != nil { try Systemctl.complain(status, order) }
    }
  }

  struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether the timer is enabled and runs.", discussion: "The exit status is 0 if it is enabled, else 1.")
    @OptionGroup var whose: Whose
    @OptionGroup var format: Format

    func run() throws {
      let units = try whose.units
      let isEnabled = units.isEnabled
      let isActive = isEnabled && Systemctl.run([[UInt8]("--quiet"), [UInt8]("is-active"), units.timer]) == 0
      var output = Output()
      if format.json {
        output.json { units.write([("installed", units.areThere), ("enabled", isEnabled), ("active", isActive)], to: &$0) }
      } else {
        output.line(
          .bytes(units.timer), isEnabled ? " is enabled" : " is not enabled", isEnabled ? isActive ? " and active." : ", but not active: systemd does not run it." : ".")
        if isEnabled, let objection = whose.objection() { output.line(.bytes(objection)) }
      }
      try output.flush()
      if !isEnabled { throw ExitCode.failure }
    }
  }
}

extension ServiceUnits {
  fileprivate func write(_ facts: [(StaticString, Bool)], to json: inout JSONWriter) {
    json.beginObject()
    json.member("vendor", vendor)
    json.member("timer", timer)
    for (key, isSo) in facts { json.member(key, isSo) }
    json.endObject()
  }
}

/// The user's systemd, by its command.
private enum Systemctl {
  /// Its exit status; nil if it is not there. It writes to the terminal itself.
  static func run(_ arguments: [[UInt8]]) -> Int32? {
    let words = [[UInt8]("systemctl"), [UInt8]("--user")] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { word in Path(word).withCString { strdup($0) } }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // What is on standard output is for whoever reads ours.
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var child: pid_t = 0
    guard posix_spawnp(&child, "systemctl", &actions, nil, pointers, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 { if errno != EINTR { return 1 } }
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 1
  }

  /// What is left to do, if something is.
  static func complain(_ status: Int32?, _ order: [[UInt8]]) throws {
    let words = Array(order.joined(separator: [0x20]))
    if status == nil {
      throw Failure(.failure, "there is no systemctl on the PATH; where systemd runs: systemctl --user ", .bytes(words))
    }
    if status != 0 { throw Failure(.failure, "systemd has refused; when you are logged in: systemctl --user ", .bytes(words)) }
  }
}
