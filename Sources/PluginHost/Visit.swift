import CPlugin
import CTel
import CounterFile
import Files
import Reports

/// Tells a visitor's functions what is in a document; the answer of one that ended
/// the visit.
public func tell(_ document: ReportDocument, _ visitor: UnsafePointer<tel_visitor>) -> tel_status {
  func text<Result>(_ bytes: [UInt8], _ body: (UnsafePointer<CChar>) -> Result) -> Result { Path(bytes).withCString(body) }
  var status = text(document.begin) { begin in text(document.end) { end in cplugin_visit_week(visitor, begin, end) } }
  if status != 0 { return status }
  for program in document.programs {
    let who = program.identity
    status = text(who.program) { name in
      text(who.version) { version in
        text(who.toolchain) { toolchain in
          text(who.os) { os in text(who.arch) { arch in cplugin_visit_program(visitor, name, version, toolchain, os, arch) } }
        }
      }
    }
    if status != 0 { return status }
    for isStack in [false, true] {
      for (name, value) in program.counts where name.contains(0x0a) == isStack {
        status = text(name) { cplugin_visit_count(visitor, isStack, $0, value) }
        if status != 0 { return status }
      }
    }
  }
  return 0
}
