import Consent
import Files

/// The timer of systemd that has one vendor's reports uploaded once a day, and
/// the service that it starts. They are templates; the vendor is the instance.
struct ServiceUnits {
  let vendor: [UInt8]
  /// Where the user's own units are.
  let folder: Path

  private static let names: [StaticString] = ["tel-upload@.service", "tel-upload@.timer"]
  /// Where packages put units for all users; the user's own come before them.
  private static let shared: [StaticString] = ["/etc/systemd/user", "/usr/local/lib/systemd/user", "/usr/lib/systemd/user"]

  init(vendor: [UInt8]) throws {
    do throws(Fault) { try Consent.check(vendor: vendor) } catch { throw Failure.usage(error) }
    if vendor == "tel" {
      throw Failure(.validationFailure, "nothing is ever uploaded for the vendor tel: --vendor names the organisation whose reports are meant")
    }
    let others = vendor.filter { byte in
      !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        && ![UInt8](":_.-").contains(byte)
    }
    if !others.isEmpty { throw Failure(.validationFailure, "the vendor \"", .bytes(vendor), "\" cannot be in the name of a unit of systemd") }
    self.vendor = vendor
    let variables = Variables.now()
    guard let configuration = variables.configuration else { throw Fault(.off, message: variables.problem) }
    folder = configuration.appending("systemd").appending("user")
  }

  var timer: [UInt8] { [UInt8]("tel-upload@") + vendor + [UInt8](".timer") }

  private var wants: Path { folder.appending("timers.target.wants") }

  /// What systemd does when it enables the timer for this user is a link.
  var isEnabled: Bool { exists(wants.appending(timer)) }

  /// Whether both are to be found, the user's or a package's.
  var areThere: Bool { ServiceUnits.names.allSatisfy { exists(folder.appending($0)) } || isPackaged }

  /// Writes those of this command, unless a package has brought the same. Answers whether it did.
  func write() throws -> Bool {
    if try areOurs(in: folder) || isPackaged { return false }
    try Folder.make(folder, mode: 0o755)
    for (name, text) in try texts() { try File.replace(folder.appending(name), with: text, durable: false) }
    return true
  }

  /// Removes the link, and with the last one the files that `write` made.
  func remove() throws(Fault) {
    try unlink(wants.appending(timer))
    let others = try Folder.names(in: wants, where: { $0.begins(with: "tel-upload@") && $0.ends(with: ".timer") }) ?? []
    guard others.isEmpty else { return }
    for name in ServiceUnits.names {
      let path = folder.appending(name)
      // Somebody's own is not ours to remove.
      guard let text = try File.content(of: path, limit: 65536), text.begins(with: ServiceUnits.mark) else { continue }
      try unlink(path)
    }
  }

  private func unlink(_ path: Path) throws(Fault) {
    let status = Kernel.unlink(path)
    if status < 0, status != -Kernel.notFound, status != -Kernel.notDirectory { throw Fault(.io, "cannot remove ", .path(path), ": ", .error(-status)) }
  }

  private func exists(_ path: Path) -> Bool {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &attributes) == 0
  }

  private var isPackaged: Bool { ServiceUnits.shared.contains { (try? areOurs(in: Path([UInt8]($0)))) ?? false } }

  private func areOurs(in folder: Path) throws -> Bool {
    try texts().allSatisfy { name, text in
      let content = try? File.content(of: folder.appending(name), limit: 65536)
      return content.map { ServiceUnits.meaning($0) == ServiceUnits.meaning(text) } ?? false
    }
  }

  /// Without comments.
  private static func meaning(_ text: [UInt8]) -> [[UInt8]] {
    text.split(separator: 0x0a).filter { $0.first != UInt8(ascii: "#") }.map { Array($0) }
  }

  private static let mark: StaticString = "# Written by \"tel service install\".\n"

  /// Of packaging/systemd, for this command where it is.
  private func texts() throws -> [([UInt8], [UInt8])] {
    guard let command = Process.executable else { throw Fault(.unsupported, "the path of this command cannot be found") }
    // What systemd would read as its own.
    if command.bytes.contains(where: { [UInt8]("\"\\%$").contains($0) }) {
      throw Fault(.unsupported, "the path of this command, ", .path(command), ", cannot be in a unit of systemd")
    }
    let service = """
      [Unit]
      Description=Upload of telemetry reports of %i
      Documentation=man:tel(1)

      [Service]
      Type=oneshot
      ExecStart="@TEL@" upload --background --vendor %i
      TimeoutStartSec=90
      Nice=19
      IOSchedulingClass=idle
      NoNewPrivileges=yes
      LockPersonality=yes
      RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
      RestrictNamespaces=yes
      RestrictRealtime=yes
      RestrictSUIDSGID=yes
      SystemCallArchitectures=native
      SystemCallFilter=@system-service
      SystemCallErrorNumber=EPERM

      """
    let timer = """
      [Unit]
      Description=Upload of telemetry reports of %i, daily
      Documentation=man:tel(1)

      [Timer]
      OnCalendar=daily
      RandomizedDelaySec=12h
      Persistent=yes

      [Install]
      WantedBy=timers.target

      """
    let (before, after) = (service.components(before: "@TEL@"), service.components(after: "@TEL@"))
    let mark = [UInt8](ServiceUnits.mark)
    return [([UInt8](ServiceUnits.names[0]), mark + before + command.bytes + after), ([UInt8](ServiceUnits.names[1]), mark + Array(timer.utf8))]
  }
}

extension String {
  fileprivate func components(before mark: String) -> [UInt8] { range(mark).map { Array(utf8.prefix($0)) } ?? Array(utf8) }
  fileprivate func components(after mark: String) -> [UInt8] { range(mark).map { Array(utf8.dropFirst($0 + mark.utf8.count)) } ?? [] }

  private func range(_ mark: String) -> Int? {
    let (text, mark) = (Array(utf8), Array(mark.utf8))
    return text.indices.first { text[$0...].starts(with: mark) }
  }
}
