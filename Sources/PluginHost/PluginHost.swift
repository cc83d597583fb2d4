import Delivery
import Files

/// The plugins of this process.
public final class PluginHost: Transports {
  public init() {}

  public func transport(for scheme: [UInt8]) throws(Fault) -> any Transport {
    throw Fault(.unsupported, "no plugin carries documents to ", .bytes(scheme), ":")
  }
}
