import CTel

@c @implementation
public func tel_version() -> UInt32 {
  UInt32(TEL_VERSION_MAJOR) * 1_000_000 + UInt32(TEL_VERSION_MINOR) * 1_000 + UInt32(TEL_VERSION_PATCH)
}
