import NIOCore
import Synchronization

/// The connections that are open, by their networks. When one network has its
/// share, or all together have theirs, a new connection takes the place of the one
/// that has let us wait longest: whoever sends a request at once is answered, as
/// many as there may be who do not.
final class Guests: Sendable {
  final class Guest: Sendable {
    let network: UInt64
    fileprivate let channel: any Channel
    /// Since when we wait for a request, in nanoseconds; 0 while one is being answered.
    let waiting: Atomic<UInt64>

    fileprivate init(_ channel: any Channel, network: UInt64, now: UInt64) {
      (self.channel, self.network) = (channel, network)
      waiting = Atomic(now)
    }
  }

  private struct Table {
    var networks: [UInt64: [ObjectIdentifier: Guest]] = [:]
    var count = 0

    mutating func remove(_ guest: Guest) {
      guard networks[guest.network]?.removeValue(forKey: ObjectIdentifier(guest)) != nil else { return }
      count -= 1
      if networks[guest.network]?.isEmpty == true { networks[guest.network] = nil }
    }
  }

  private let most, mostOfNetwork: Int
  private let table = Mutex(Table())

  init(most: Int, mostOfNetwork: Int) { (self.most, self.mostOfNetwork) = (max(1, most), max(1, mostOfNetwork)) }

  var count: Int { table.withLock { $0.count } }

  /// Nil if everybody is being answered, and there is no place. `isShared` if many
  /// come by this address: a proxy's.
  func admit(_ channel: any Channel, network: UInt64, isShared: Bool, now: UInt64) -> Guest? {
    let guest = Guest(channel, network: network, now: now)
    let (isIn, leaving) = table.withLock { table -> (Bool, Guest?) in
      var leaving: Guest?
      let isFull = !isShared && table.networks[network]?.count ?? 0 >= mostOfNetwork
      if isFull || table.count >= most {
        // The network that has most is the one to give a place.
        let crowded = isFull ? network : table.networks.max { $0.value.count < $1.value.count }?.key ?? network
        leaving = table.networks[crowded]?.values.filter { $0.waiting.load(ordering: .relaxed) > 0 }.min { $0.waiting.load(ordering: .relaxed) < $1.waiting.load(ordering: .relaxed) }
        guard let leaving else { return (false, nil) }
        table.remove(leaving)
      }
      table.networks[network, default: [:]][ObjectIdentifier(guest)] = guest
      table.count += 1
      return (true, leaving)
    }
    leaving?.channel.close(promise: nil)
    return isIn ? guest : nil
  }

  func leave(_ guest: Guest) { table.withLock { $0.remove(guest) } }
}
