// template.swift - a transport for libtel in Embedded Swift, to copy and change
// together with template.h and template.map.
//
//     swiftc -Osize -wmo -parse-as-library -enable-experimental-feature Embedded -emit-library -o template.so template.swift \
//       -import-objc-header template.h -Xlinker --version-script=template.map
//     tel plugins check ./template.so
//
// It needs libc and no runtime of Swift's. It does what template.c does, and says
// there more of why. Search for CHANGE: what is yours to say stands there.
//
// A plugin's functions do not trap, end the process, change signal handlers or
// print. What they could not do they answer with a status, and say why.

// CHANGE: as in the manifest, in template.h.
private let name: StaticString = "template"
private let version: StaticString = "1.0.0"
private let summary: StaticString = "carries documents to a folder"
private let scheme: StaticString = "template"

/// CHANGE: what the plugin keeps between calls.
private struct Template {
  var host: UnsafePointer<tel_host>
  var isQuiet: Bool
}

/// Once, before anything else.
private func start(_ host: UnsafePointer<tel_host>?, _ settings: UnsafePointer<CChar>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Int32 {
  guard let host, let state else { return invalid }
  // CHANGE: the settings. Take all, or refuse.
  var isQuiet = false
  if let settings, settings.pointee != 0 {
    isQuiet = strcmp(settings, text("quiet")) == 0
    if !isQuiet {
      host.pointee.log(host.pointee.`self`, tel_level(TEL_ERROR), text("the settings are \"quiet\" or nothing"))
      return invalid
    }
  }
  let own = UnsafeMutablePointer<Template>.allocate(capacity: 1)
  own.initialize(to: Template(host: host, isQuiet: isQuiet))
  state.pointee = UnsafeMutableRawPointer(own)
  return ok
}

private func stop(_ state: UnsafeMutableRawPointer?) { state?.assumingMemoryBound(to: Template.self).deallocate() }

// MARK: The exchange

/// A sentence for people, and what libtel is to do: TEL_E_IO and TEL_E_TIMEOUT
/// mean "later", everything else "never".
private func fail(_ answer: UnsafeMutablePointer<tel_answer>, _ status: Int32, _ problem: UnsafePointer<CChar>) -> Int32 {
  answer.pointee.tell(answer.pointee.context, text("problem"), problem)
  return status
}

/// "template:/srv/reports/upload/2026-11-27": the file. CHANGE.
private func find(_ url: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
  let count = scheme.utf8CodeUnitCount
  guard strncmp(url, text(scheme), count) == 0, url[count] == CChar(UInt8(ascii: ":")), url[count + 1] == CChar(UInt8(ascii: "/")) else { return nil }
  let path = url + count + 1
  guard strlen(path) < Int(PATH_MAX) - 16, strstr(path, text("/..")) == nil else { return nil }
  return path
}

/// Complete or not at all. The same document may come again.
private func deliver(_ path: UnsafePointer<CChar>, _ document: tel_document, _ answer: UnsafeMutablePointer<tel_answer>) -> Int32 {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { room in
    guard let fresh = room.baseAddress else { return fail(answer, later, text("there is no memory")) }
    // Its folder, in a folder that is there.
    strcpy(fresh, path)
    if let end = strrchr(fresh, Int32(UInt8(ascii: "/"))), end != fresh {
      end.pointee = 0
      mkdir(fresh, 0o755)
    }
    strcpy(fresh, path)
    strcat(fresh, text(".XXXXXX"))
    let file = mkstemp(fresh)
    guard file >= 0 else { return fail(answer, later, strerror(error_number())) }
    fcntl_close_on_exec(file)
    var done = 0
    while done < document.count, let bytes = document.bytes {
      let count = write(file, bytes + done, document.count - done)
      if count <= 0 { break }
      done += count
    }
    let isWhole = done == document.count && fsync(file) == 0
    close(file)
    guard isWhole, rename(fresh, path) == 0 else {
      unlink(fresh)
      return fail(answer, later, text("the document cannot be kept"))
    }
    answer.pointee.code = 201
    return ok
  }
}

/// Gives what is there to write, piece by piece, until that says stop.
private func fetch(_ path: UnsafePointer<CChar>, _ answer: UnsafeMutablePointer<tel_answer>) -> Int32 {
  let file = open_for_reading(path)
  // That nothing is there is an answer, too.
  answer.pointee.code = file < 0 ? 404 : 200
  if file < 0 { return error_number() == ENOENT || error_number() == ENOTDIR ? ok : fail(answer, later, strerror(error_number())) }
  defer { close(file) }
  return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { room in
    var status = ok
    while status == ok {
      let count = read(file, room.baseAddress, room.count)
      if count <= 0 { break }
      status = answer.pointee.write(answer.pointee.context, room.baseAddress, count)
    }
    return status
  }
}

/// CHANGE: the work. One call at a time, from any thread. It is over within
/// timeout_ms, and keeps no pointer of the request or the answer.
private func exchange(_ state: UnsafeMutableRawPointer?, _ request: UnsafePointer<tel_request>?, _ answer: UnsafeMutablePointer<tel_answer>?) -> Int32 {
  guard let own = state?.assumingMemoryBound(to: Template.self).pointee, let request, let answer, let url = request.pointee.url else { return invalid }
  guard let path = find(url) else { return fail(answer, invalid, text("the URL is not template:/folder")) }
  if !own.isQuiet { own.host.pointee.count(own.host.pointee.`self`, text("template/exchanges"), 1) }
  if let document = request.pointee.document { return deliver(path, document.pointee, answer) }
  return fetch(path, answer)
}

// MARK: What it is

/// Another interface is another `if`. What is not known is answered with nil.
private func query(_ interface: UnsafePointer<CChar>?) -> UnsafeRawPointer? {
  guard let interface, strcmp(interface, text("tel.transport/1")) == 0 else { return nil }
  return UnsafeRawPointer(Tables.transport)
}

/// Made once, and never freed: libtel keeps the pointers for good.
private enum Tables {
  nonisolated(unsafe) static let transport: UnsafePointer<tel_transport> = {
    let schemes = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 2)
    schemes[0] = text(scheme)
    schemes[1] = nil
    let made = UnsafeMutablePointer<tel_transport>.allocate(capacity: 1)
    made.initialize(to: tel_transport())
    made.pointee.size = UInt32(MemoryLayout<tel_transport>.size)
    made.pointee.schemes = UnsafePointer(schemes)
    made.pointee.exchange = { exchange($0, $1, $2) }
    return UnsafePointer(made)
  }()

  nonisolated(unsafe) static let plugin: UnsafePointer<tel_plugin> = {
    let made = UnsafeMutablePointer<tel_plugin>.allocate(capacity: 1)
    made.initialize(to: tel_plugin())
    made.pointee.size = UInt32(MemoryLayout<tel_plugin>.size)
    made.pointee.abi = UInt32(TEL_PLUGIN_ABI)
    (made.pointee.name, made.pointee.version, made.pointee.summary) = (text(name), text(version), text(summary))
    made.pointee.start = { start($0, $1, $2) }
    made.pointee.stop = { stop($0) }
    made.pointee.query = { query($0) }
    return UnsafePointer(made)
  }()
}

@c @implementation
public func tel_plugin_entry() -> UnsafePointer<tel_plugin>? { manifest() == nil ? nil : Tables.plugin }

private let (ok, invalid, later): (Int32, Int32, Int32) = (0, -1, -3)  // TEL_OK, TEL_E_INVALID, TEL_E_IO

/// Literals end with a zero byte.
private func text(_ literal: StaticString) -> UnsafePointer<CChar> { UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self) }
