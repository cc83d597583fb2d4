import CProbes
import CStubs
import CTel
import Files
import Probes

// libtel-probes.so: functions that count their calls, which most programs do not
// make. CEntry/include/probes.h is the agreement with libtel.so.

/// What libtel.so offers. Set before anything else is called.
nonisolated(unsafe) private var core: UnsafePointer<probes_core>!

@c @implementation
public func tel_probes_entry(_ given: UnsafePointer<probes_core>!) -> UnsafePointer<probes>! {
  let version = UInt32(TEL_VERSION_MAJOR * 1_000_000 + TEL_VERSION_MINOR * 1000 + TEL_VERSION_PATCH)
  guard given.pointee.version == version, Int(given.pointee.size) >= MemoryLayout<probes_core>.size else { return nil }
  // libtel.so asks once.
  core = given
  let table = UnsafeMutablePointer<probes>.allocate(capacity: 1)
  table.initialize(
    to: probes(
      size: UInt32(MemoryLayout<probes>.size), version: version,
      make: { place, counter, signature, target, flags in make(place, counter, signature, target, flags) },
      function: { probe in UnsafeRawPointer(probe!).assumingMemoryBound(to: cstubs_probe.self).pointee.function },
      free: { probe in cstubs_probe_free(UnsafeMutableRawPointer(probe!).assumingMemoryBound(to: cstubs_probe.self)) }))
  return UnsafePointer(table)
}

/// TEL_E_ and a sentence, which is told; `said` was told by libtel.so itself.
private enum Refusal: Error {
  case fault(Fault)
  case said(tel_status)
}

private func make(
  _ place: UnsafeMutablePointer<OpaquePointer?>?, _ counter: UnsafePointer<CChar>?, _ signature: UnsafePointer<CChar>?, _ target: tel_function?, _ flags: UInt32
) -> tel_status {
  let before = Kernel.lastError
  defer { Kernel.lastError = before }
  do throws(Refusal) {
    let plan: Plan
    do throws(Fault) {
      guard place != nil else { throw Fault(.invalid, "tel_probe_new needs a place for the probe, not NULL") }
      guard let counter else { throw Fault(.invalid, "tel_probe_new needs a counter's name, not NULL") }
      guard let signature else { throw Fault(.invalid, "tel_probe_new needs a signature, not NULL") }
      guard target != nil else { throw Fault(.invalid, "tel_probe_new needs a function to call, not NULL") }
      plan = try Plan([UInt8](cString: counter), [UInt8](cString: signature), flags: Plan.Flags(rawValue: flags))
    } catch {
      throw .fault(error)
    }
    let made = try probe(plan, target!)
    place!.pointee = OpaquePointer(made)
    return Status.ok.rawValue
  } catch {
    switch error {
    case .said(let status): return status
    case .fault(let fault):
      fault.message.withUnsafeBytes { core.pointee.set_message($0.baseAddress, $0.count) }
      return fault.status.rawValue
    }
  }
}

private func handle(_ name: [UInt8]) -> OpaquePointer? { Path(name).withCString { core.pointee.counter_named($0) } }

private func probe(_ plan: Plan, _ target: tel_function) throws(Refusal) -> UnsafeMutablePointer<cstubs_probe> {
  guard let made = cstubs_probe_new() else { throw .fault(Fault(.full, "there is no memory for a probe")) }
  do throws(Refusal) {
    made.pointee.recording = cstubs_recording(add: core.pointee.add, add_named: core.pointee.add_named, record: core.pointee.histogram_record)
    made.pointee.calls = handle(plan.name)
    var isMade = false
    if plan.isStub { isMade = try stub(made, plan, target) }
    if !isMade {
      try watch(made, plan)
      try function(made, plan, target)
    }
    return made
  } catch {
    cstubs_probe_free(made)
    throw error
  }
}

/// False: there are none on this processor, or not here, and there is another way.
private func stub(_ made: UnsafeMutablePointer<cstubs_probe>, _ plan: Plan, _ target: tel_function) throws(Refusal) -> Bool {
  if let function = cstubs_new(made.pointee.calls, target) {
    made.pointee.function = function
    made.pointee.is_stub = true
    return true
  }
  if plan.signature.isVariadic {
    let why: Piece = cstubs_can() ? .error(Kernel.lastError) : "it is for x86-64"
    throw .fault(Fault(.unsupported, "a function with \"...\" needs a stub, and none can be made here: ", why))
  }
  return false
}

/// What to count besides calls.
private func watch(_ made: UnsafeMutablePointer<cstubs_probe>, _ plan: Plan) throws(Refusal) {
  if plan.flags.contains(.latency) {
    let status = Path(plan.name).withCString { core.pointee.histogram_named(&made.pointee.latency, $0, tel_unit(TEL_UNIT_NANOSECONDS), nil, 0) }
    if status != Status.ok.rawValue { throw .said(status) }
  }
  guard plan.flags.contains(.result) || plan.flags.contains(.errno) else { return }
  (made.pointee.result, made.pointee.least) = kind(of: plan.signature.result)
  let countsResults = plan.flags.contains(.result)
  func counter(_ bucket: [UInt8]) -> OpaquePointer? { countsResults ? handle(plan.name(ofBucket: bucket)) : nil }
  let error = [UInt8]("error")
  var isComplete = true
  if let values = plan.signature.values {
    isComplete = cstubs_probe_list(made, UInt32(values.count))
    if isComplete {
      for (index, value) in values.enumerated() {
        made.pointee.values[index] = cstubs_value(value: value.value, counter: counter(value.bucket), is_error: value.bucket == error)
      }
      if let others = plan.signature.others { (made.pointee.other, made.pointee.other_is_error) = (counter(others), others == error) }
    }
  } else {
    (made.pointee.ok, made.pointee.error) = (counter([UInt8]("ok")), counter(error))
  }
  if plan.flags.contains(.errno) { isComplete = Path(plan.errnoChart).withCString { cstubs_probe_errno(made, $0) } && isComplete }
  if !isComplete { throw .fault(Fault(.full, "there is no memory for a probe")) }
}

private func kind(of result: Signature.Result) -> (cstubs_result, UInt32) {
  switch result {
  case .void, .compound: (CSTUBS_NOTHING, 0)
  case .integer(let size, let signed): (signed ? CSTUBS_SIGNED : CSTUBS_UNSIGNED, UInt32(size * 8))
  case .pointer: (CSTUBS_POINTER, UInt32(MemoryLayout<UInt>.size * 8))
  case .bool: (CSTUBS_BOOL, 8)
  case .float: (CSTUBS_FLOAT, 0)
  case .double: (CSTUBS_DOUBLE, 0)
  case .longDouble: (CSTUBS_LONG_DOUBLE, 0)
  }
}

/// Made by a plugin.
private func function(_ made: UnsafeMutablePointer<cstubs_probe>, _ plan: Plan, _ target: tel_function) throws(Refusal) {
  var table: UnsafeRawPointer?
  let found = core.pointee.find("tel.trampoline/1", &table, &made.pointee.state)
  if found != Status.ok.rawValue { throw .said(found) }
  made.pointee.table = table!.assumingMemoryBound(to: tel_trampoline.self)
  let status = Path(plan.signature.text).withCString { cstubs_probe_make(made, $0, target) }
  switch status {
  case Status.ok.rawValue: return
  case Status.unsupported.rawValue:
    throw .fault(Fault(.unsupported, "no plugin makes functions with the signature ", .bytes(plan.signature.text)))
  default:
    throw .fault(Fault(.plugin, "the plugin that makes functions made none with the signature ", .bytes(plan.signature.text)))
  }
}
