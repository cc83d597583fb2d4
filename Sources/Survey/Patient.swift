import Consent
import CounterFile
import Dates
import Files
import Glibc
import Reports

/// A telemetry folder that is examined.
package struct Patient {
  package let vendor: Vendor
  package let now: Int64

  private var folder: TelemetryFolder { vendor.folder }
  private var today: Day { Day(unixSeconds: now) }

  private func attributes(_ path: Path) -> Kernel.Attributes? {
    var attributes = Kernel.Attributes()
    return Kernel.attributes(at: path, &attributes) == 0 ? attributes : nil
  }

  // MARK: Where it is, and whose

  /// False if there is nothing more to look at.
  package func place(_ found: inout Examination) -> Bool {
    let there = attributes(folder.path)
    if let there, !Kernel.isDirectory(there) {
      found.add("directory", .bad, .path(folder.path), " is no directory", hint: "remove it, or name another with TEL_DIR")
      return false
    }
    found.add("directory", .ok, there == nil ? "not there yet: the first program that counts makes it" : "there")
    owner(&found)
    mode(&found)
    guard there != nil else {
      fileSystem(&found)
      return false
    }
    permissions(&found)
    return true
  }

  private func owner(_ found: inout Examination) {
    do throws(Fault) {
      let owner = try Folder.owner(of: folder.path)
      if owner == Process.effectiveUser { return found.add("owner", .ok, "you, user ", .number(Int(owner))) }
      let isSudo = Process.variable("SUDO_UID") != nil
      found.add(
        "owner", .bad, "user ", .number(Int(owner)), ", and you are user ", .number(Int(Process.effectiveUser)), ": telemetry is off for you there",
        hint: isSudo ? "run it without sudo" : "run it as that user, or name another directory with TEL_DIR")
    } catch { found.add("owner", .bad, .bytes(error.message), hint: "look at the directories above it") }
  }

  private func mode(_ found: inout Examination) {
    var link = Kernel.Attributes()
    if Kernel.attributes(ofLinkAt: folder.modeFile, &link) == 0, !Kernel.isRegular(link) {
      return found.add("mode", .bad, "the mode file ", .path(folder.modeFile), " is not a regular file", hint: "remove it, and say on, local or off again")
    }
    do throws(Fault) {
      let consent = try Consent.read(vendor.place, vendor: vendor.name)
      found.add("mode", .ok, .literal(consent.mode.word), ": ", .bytes(consent.reason))
    } catch { found.add("mode", .note, "off: ", .bytes(error.message)) }
  }

  private func permissions(_ found: inout Examination) {
    for path in [folder.path, folder.local] {
      guard let there = attributes(path) else { continue }
      if Kernel.isDirectory(there), path.withCString({ access($0, R_OK | W_OK | X_OK) }) == 0 {
        if there.mode & 0o022 == 0 { continue }
        return found.add("permissions", .note, "others may write to ", .path(path), hint: "chmod go-w, unless you mean to share it")
      }
      return found.add("permissions", .bad, "you may not write to ", .path(path), hint: "chmod u+rwx")
    }
    found.add("permissions", .ok, "you may write to it")
  }

  // MARK: What it is on

  private var nearest: Path {
    var path = folder.path
    while attributes(path) == nil, path.parent != path { path = path.parent }
    return path
  }

  /// What the library would do there is the verdict; the kernel's list of mounts
  /// knows more, but nobody acts on it.
  package func fileSystem(_ found: inout Examination) {
    let place = nearest
    let elsewhere: StaticString = "name a directory on a local disk with TEL_DIR"
    if let network = Folder.network(of: place) {
      found.add("file system", .bad, .literal(network), ", a network file system: counts stay in memory and are not saved", hint: .literal(elsewhere))
    } else if let mount = Mount(of: place) {
      let kind = Array(mount.kind.utf8)
      if mount.isShared {
        found.add("file system", .bad, .bytes(kind), ", which shares no memory between machines: counts of some may be lost", hint: .literal(elsewhere))
      } else if mount.isReadOnly {
        found.add("file system", .bad, .bytes(kind), ", read-only", hint: "name another directory with TEL_DIR")
      } else {
        let isVolatile = mount.kind == "tmpfs" || mount.kind == "ramfs"
        found.add("file system", isVolatile ? .note : .ok, .bytes(kind), isVolatile ? ": what is there is gone when the machine stops" : "")
      }
    }
    space(of: place, &found)
  }

  private func space(of path: Path, _ found: inout Examination) {
    var status = statvfs()
    guard path.withCString({ statvfs($0, &status) }) == 0 else { return }
    let free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    let amount: [Piece] = [.number(Int(clamping: free >> 20)), " MiB are free"]
    if free < 1 << 20 {
      found.add("disk space", .bad, .bytes(sentence(amount)), ": new counters may find no place", hint: "free some")
    } else if status.f_files > 0, status.f_favail == 0 {
      found.add("disk space", .bad, "no new file can be made: the file system has no inodes left", hint: "remove files")
    } else {
      found.add("disk space", free < 64 << 20 ? .note : .ok, .bytes(sentence(amount)))
    }
  }

  // MARK: Time

  package func time(_ found: inout Examination) {
    clock(&found)
    let content = try? File.content(of: folder.local.appending("weekends"), limit: 4096)
    guard let content, let weekday = Weekends.weekday(inFile: content.trimmed) else {
      if ModeFile.exists(folder.local.appending("weekends")) {
        return found.add("week", .bad, "the file weekends does not say on which day weeks end", hint: "remove ", .path(folder.local.appending("weekends")))
      }
      return found.add("week", .ok, "its end is not chosen yet: the first program that counts does")
    }
    let days: [StaticString] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    found.add("week", .ok, "ends on ", .bytes(Week(containing: today, endingOn: weekday).end.text), ", a ", .literal(days[weekday]), ", at 00:00 UTC")
  }

  private func clock(_ found: inout Examination) {
    // This was written then: no clock is right that says less.
    let written = Day(year: 2026, month: 1, day: 1)!
    if today < written { return found.add("clock", .bad, "it says ", .bytes(today.text), ", which is long past", hint: "set it") }
    var latest: (path: Path, time: Int64)?
    for path in [folder.modeFile, folder.local.appending("tel.lock")] + ((try? Inventory.counterFiles(in: folder)) ?? []) {
      var there = Kernel.Attributes()
      if Kernel.attributes(ofLinkAt: path, &there) == 0, there.modified > latest?.time ?? .min { latest = (path, there.modified) }
    }
    if let latest, latest.time > now + 86400 {
      return found.add(
        "clock", .bad, "it says ", .bytes(today.text), ", but ", .path(latest.path), " was written on ", .bytes(Day(unixSeconds: latest.time).text),
        hint: "if the clock is right now, nothing: reports wait until that day is over")
    }
    let asOf = ModeFile.read(folder.modeFile).asOf
    if let asOf, asOf > today {
      return found.add("clock", .bad, "it says ", .bytes(today.text), ", but consent is of ", .bytes(asOf.text), hint: "set the clock, or say on, local or off again")
    }
    found.add("clock", .ok, "it says ", .bytes(today.text))
  }

  // MARK: Who is at work

  package func locks(_ found: inout Examination) {
    guard let table = LockTable() else { return found.add("locks", .note, "who holds them cannot be told: /proc/locks cannot be read") }
    let runs = table.holders(of: folder.local.appending("tel.lock"))
    if !runs.isEmpty { found.add("locks", .note, "reports are being made by ", .bytes(LockTable.names(runs))) }
    var users: [LockTable.Holder] = []
    var files = 0
    for path in (try? Inventory.counterFiles(in: folder)) ?? [] {
      let holders = table.holders(of: path)
      if !holders.isEmpty { files += 1 }
      for holder in holders where !users.contains(holder) { users.append(holder) }
    }
    if files > 0 {
      found.add("locks", .ok, .number(files), files == 1 ? " counter file is in use, by " : " counter files are in use, by ", .bytes(LockTable.names(users)))
    } else if runs.isEmpty {
      found.add("locks", .ok, "nobody counts or makes reports just now")
    }
  }

  // MARK: What is in it

  package func content(_ found: inout Examination) {
    files(&found)
    size(&found)
    leftovers(&found)
  }

  private func size(_ found: inout Examination) {
    var finished: Int64 = 0
    for (place, isFinished) in [
      (folder.local, { name in if case .report = FileKind(local: name) { true } else if case .begin = FileKind(local: name) { true } else { false } }),
      (folder.upload, { name in ![nil, .uploadLock, .temporary].contains(FileKind(upload: name)) }),
      (folder.rejected, { name in ![nil, .temporary].contains(FileKind(rejected: name)) }),
    ] as [(Path, ([UInt8]) -> Bool)] {
      for name in (try? Folder.names(in: place, where: isFinished)) ?? [] {
        var there = Kernel.Attributes()
        if Kernel.attributes(ofLinkAt: place.appending(name), &there) == 0 { finished += there.size }
      }
    }
    let quota = ReportRun.quota(in: folder)
    let text = sentence([.number(Int(finished >> 10)), " KiB of finished reports, of ", .number(Int(quota >> 10)), " KiB"])
    if finished > quota {
      found.add("size", .note, .bytes(text), hint: "the next report run removes the oldest: \"tel report\"")
    } else {
      found.add("size", .ok, .bytes(text))
    }
  }

  private func files(_ found: inout Examination) {
    do throws(Fault) {
      var damaged: [Path] = []
      let paths = try Checker.files(of: folder)
      for path in paths {
        let check = try? Checker.check(path)
        if check.map({ !$0.damage.isEmpty }) ?? true { damaged.append(path) }
      }
      if try Checker.ledger(of: folder).contains(where: { !$0.check.damage.isEmpty }) { damaged.append(folder.local.appending("tel.state")) }
      guard let first = damaged.first else { return found.add("files", .ok, .number(paths.count), paths.count == 1 ? ", and it is sound" : ", all sound") }
      found.add("files", .bad, .number(damaged.count), " damaged or unreadable: ", .path(first), damaged.count > 1 ? ", …" : "", hint: "\"tel fsck\" says more")
    } catch { found.add("files", .bad, .bytes(error.message), hint: "look at its permissions") }
  }

  private func leftovers(_ found: inout Examination) {
    let before = found.verdicts.count
    var (temporaries, staged) = (0, 0)
    for name in (try? Folder.names(in: folder.local, where: { _ in true })) ?? [] {
      switch FileKind(local: name) {
      case .temporary: if age(folder.local.appending(name)) > 60 { temporaries += 1 }
      case .staged: if age(folder.local.appending(name)) > 60 { staged += 1 }
      default: break
      }
    }
    if temporaries + staged > 0 {
      found.add("leftovers", .note, .number(temporaries + staged), " of a run that was cut off", hint: "the next report run clears them: \"tel report\"")
    }
    let old = (try? Folder.names(in: folder.upload, where: { FileKind(upload: $0) == .uploadLock && age(folder.upload.appending($0)) > 86400 })) ?? []
    if let first = old.first {
      found.add("leftovers", .bad, "the upload lock ", .path(folder.upload.appending(first)), " keeps that week from being sent", hint: "\"tel clean\", or remove it")
    }
    let aside = (try? Folder.names(in: folder.quarantine, where: { FileKind(quarantine: $0) != nil })) ?? []
    if !aside.isEmpty {
      found.add("leftovers", .note, .number(aside.count), " damaged, set aside in ", .path(folder.quarantine), hint: "\"tel fsck\" shows what can be saved of one")
    }
    let late = (try? Inventory(of: folder, at: now - 8 * 86400))?.unreported ?? 0
    if late > 0 {
      found.add("leftovers", .bad, .number(late), late == 1 ? " counter file waits" : " counter files wait", " for a report for more than a week", hint: "\"tel report\"")
    }
    if found.verdicts.count == before { found.add("leftovers", .ok, "none") }
  }

  private func age(_ path: Path) -> Int64 {
    var there = Kernel.Attributes()
    return Kernel.attributes(ofLinkAt: path, &there) == 0 ? Clock.seconds &- there.modified : 0
  }
}

