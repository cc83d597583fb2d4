import CTel
import Delivery
import Files

/// The plugins of this process.
public final class PluginHost: Transports {
  public init() {}

  public func load(_ path: Path, settings: [UInt8]?) throws(Fault) { throw Fault(.unsupported, "not yet") }
  public func enlist(_ plugin: UnsafePointer<tel_plugin>, settings: [UInt8]?) throws(Fault) { throw Fault(.unsupported, "not yet") }

  public func transport(for scheme: [UInt8]) throws(Fault) -> any Transport {
    throw Fault(.unsupported, "no plugin carries documents to ", .bytes(scheme), ":")
  }
}
