import Glibc
import NIOCore
import Synchronization

/// The connections that are open, by their networks. When one network has its
/// share, or all together have theirs, a new connection takes the place of the one
/// that has let us wait longest: whoever sends a request at once is answered, as
/// many as there may be who do not.
///
/// Who gives up a place of a network leaves when there has been time to read what
/// it sent: of a thousand connections that are accepted at once, the first would
/// otherwise be gone before its request is looked at.
final class Guests: Sendable {
  final class Guest: Sendable {
    let network: UInt64
    fileprivate let channel: any Channel
    fileprivate let came: UInt64
    /// Since when we wait for a request, in nanoseconds; 0 while one is being answered.
    let waiting: Atomic<UInt64>
    private let leaving = Atomic(false)

    fileprivate init(_ channel: any Channel, network: UInt64, now: UInt64) {
      (self.channel, self.network, came) = (channel, network, now)
      waiting = Atomic(now)
    }

    /// Its place is another's: an answer that is begun now is its last.
    fileprivate(set) var isLeaving: Bool {
      get { leaving.load(ordering: .relaxed) }
      set { leaving.store(newValue, ordering: .relaxed) }
    }

    /// On its event loop: what has come is not read, or being answered.
    fileprivate var isAsking: Bool {
      if waiting.load(ordering: .relaxed) == 0 { return true }
      let unread = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { socket in
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
      }
      return unread ?? false
    }
  }

  private struct Table {
    var networks: [UInt64: [ObjectIdentifier: Guest]] = [:]
    /// They have no place in their network, and are open still.
    var leaving: [ObjectIdentifier: Guest] = [:]
    /// With those who leave: each has a descriptor.
    var count = 0

    mutating func remove(_ guest: Guest) {
      let key = ObjectIdentifier(guest)
      guard leaving.removeValue(forKey: key) ?? networks[guest.network]?.removeValue(forKey: key) != nil else { return }
      count -= 1
      if networks[guest.network]?.isEmpty == true { networks[guest.network] = nil }
    }
  }

  /// Nanoseconds from the opening of a connection for its request to come and be
  /// read, with others that come at the same time: a quarter of a second is more
  /// than a round trip around the world.
  private static let hearing: UInt64 = 250_000_000

  private let most, mostOfNetwork: Int
  private let table = Mutex(Table())

  init(most: Int, mostOfNetwork: Int) { (self.most, self.mostOfNetwork) = (max(1, most), max(1, mostOfNetwork)) }

  var count: Int { table.withLock { $0.count } }

  /// Nil if everybody is being answered, and there is no place. `isShared` if many
  /// come by this address: a proxy's.
  func admit(_ channel: any Channel, network: UInt64, isShared: Bool, now: UInt64) -> Guest? {
    let guest = Guest(channel, network: network, now: now)
    let (isIn, dismissed, closed) = table.withLock { table -> (Bool, Guest?, Guest?) in
      var dismissed, closed: Guest?
      if !isShared, let share = table.networks[network], share.count >= mostOfNetwork {
        guard let patient = Guests.mostPatient(share.values) else { return (false, nil, nil) }
        table.networks[network]?[ObjectIdentifier(patient)] = nil
        table.leaving[ObjectIdentifier(patient)] = patient
        dismissed = patient
      }
      if table.count >= most {
        // Who leaves anyhow, or somebody of the network that has most.
        let crowd = table.networks.max { $0.value.count < $1.value.count }?.value
        guard let patient = Guests.mostPatient(table.leaving.values) ?? crowd.flatMap({ Guests.mostPatient($0.values) }) else { return (false, dismissed, nil) }
        table.remove(patient)
        closed = patient
      }
      table.networks[network, default: [:]][ObjectIdentifier(guest)] = guest
      table.count += 1
      return (true, dismissed, closed)
    }
    if let closed { dismiss(closed, at: nil) }
    if let dismissed, dismissed !== closed { dismiss(dismissed, at: max(now, dismissed.came + Guests.hearing)) }
    return isIn ? guest : nil
  }

  private static func mostPatient(_ guests: some Sequence<Guest>) -> Guest? {
    var most: (guest: Guest, since: UInt64)?
    for guest in guests {
      let since = guest.waiting.load(ordering: .relaxed)
      if since > 0, since < most?.since ?? .max { most = (guest, since) }
    }
    return most?.guest
  }

  /// Without a time at once, if it does not ask.
  private func dismiss(_ guest: Guest, at time: UInt64?) {
    guest.isLeaving = true
    guest.channel.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time ?? 0)) { [self] in
      guard guest.channel.isActive else { return }
      if guest.isAsking { return dismiss(guest, at: NIODeadline.now().uptimeNanoseconds + Guests.hearing / 10) }
      guest.channel.close(promise: nil)
    }
  }

  func leave(_ guest: Guest) { table.withLock { $0.remove(guest) } }
}
