import CAtomics

/// What any program that holds a cell does.
@discardableResult
public func addAtomically(_ cell: UnsafeMutablePointer<UInt64>, _ n: UInt64 = 1) -> UInt64 {
  atomic_fetch_add_u64(UnsafeMutableRawPointer(cell), n)
}
