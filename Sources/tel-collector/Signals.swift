import Collector
import Dispatch
import Files
import Glibc

/// SIGHUP reads configs again. SIGTERM and SIGINT are the server's: here they
/// only see to it that the end comes within a bounded time.
final class Signals: @unchecked Sendable {
  /// Set before any signal is looked at.
  var onReload: @Sendable () -> Void = {}
  private var sources: [any DispatchSourceSignal] = []

  /// For what runs to be finished, in seconds.
  private static let patience = 25

  init(_ engine: Engine) {
    signal(SIGPIPE, SIG_IGN)
    watch(SIGHUP) { [weak self] in self?.onReload() }
    for number in [SIGTERM, SIGINT] {
      watch(number) {
        engine.stop()
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Signals.patience)) {
          Terminal.complain([UInt8]("what was running has not ended in time; it is given up"))
          _exit(1)
        }
      }
    }
  }

  private func watch(_ number: Int32, _ body: @escaping @Sendable () -> Void) {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: body)
    source.resume()
    sources.append(source)
  }
}
