// Safety: `events` is an allocation of `capacity` events that epoll_wait fills from the front; only
// the number it reported is read. `pending` is one aligned word, used by atomic operations only.
// Both live as long as the Poller, and `wake` is the one method meant for other threads.

import CLinux
import Glibc

/// epoll for the descriptors of one thread, with an eventfd by which other threads wake it.
@safe
final class Poller: @unchecked Sendable {
  /// What to be told of; errors and hang-ups are always told.
  struct Interest: OptionSet {
    let rawValue: UInt32
    static var input: Interest { Interest(rawValue: EPOLLIN.rawValue) }
    static var output: Interest { Interest(rawValue: EPOLLOUT.rawValue) }
    static var broken: Interest { Interest(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue) }
  }

  private static let capacity = 256
  private static let wakeTag = UInt64.max

  private let epoll: Int32
  private let bell: Int32
  private let events: UnsafeMutablePointer<epoll_event>
  private let pending: UnsafeMutablePointer<UInt32>

  init() throws(HTTPError) {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { throw HTTPError(operation: "epoll", errno: errno) }
    bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    guard bell >= 0 else {
      let error = HTTPError(operation: "eventfd", errno: errno)
      close(epoll)
      throw error
    }
    unsafe events = .allocate(capacity: Self.capacity)
    unsafe events.initialize(repeating: epoll_event(), count: Self.capacity)
    unsafe pending = .allocate(capacity: 1)
    unsafe pending.initialize(to: 0)
    add(bell, .input, tag: Self.wakeTag)
  }

  deinit {
    close(epoll)
    close(bell)
    unsafe events.deallocate()
    unsafe pending.deallocate()
  }

  /// Makes the present or next `wait` return with `isWoken`; one write for any number of calls.
  func wake() {
    if unsafe clinux_exchange32(pending, 1) == 0 { _ = eventfd_write(bell, 1) }
  }

  /// Begins to watch; `tag` comes back with each event.
  ///
  /// False when the system has no room for another.
  @discardableResult
  func add(_ descriptor: Int32, _ interest: Interest, tag: UInt64) -> Bool {
    control(EPOLL_CTL_ADD, descriptor, interest, tag)
  }

  /// Changes what is watched for.
  func change(_ descriptor: Int32, _ interest: Interest, tag: UInt64) {
    _ = control(EPOLL_CTL_MOD, descriptor, interest, tag)
  }

  /// Stops watching.
  func remove(_ descriptor: Int32) {
    _ = control(EPOLL_CTL_DEL, descriptor, [], 0)
  }

  private func control(
    _ operation: Int32,
    _ descriptor: Int32,
    _ interest: Interest,
    _ tag: UInt64
  ) -> Bool {
    var event = unsafe epoll_event()
    unsafe event.events = interest.rawValue
    unsafe event.data.u64 = tag
    return unsafe epoll_ctl(epoll, operation, descriptor, &event) == 0
  }

  /// Waits for at most `milliseconds` (nil: for ever) and returns the number of events.
  func wait(milliseconds: Int64?) -> Int {
    let timeout = milliseconds.map { Int32(clamping: $0) } ?? -1
    return unsafe max(0, Int(epoll_wait(epoll, events, Int32(Self.capacity), timeout)))
  }

  /// An event of the last `wait`; nil for a wake, after which `wake` writes again.
  func event(_ index: Int) -> (tag: UInt64, Interest)? {
    precondition(index >= 0 && index < Self.capacity, "the event is one of the last wait")
    let event = unsafe events[index]
    let tag = unsafe event.data.u64
    guard tag == Self.wakeTag else { return unsafe (tag, Interest(rawValue: event.events)) }
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(bell, &count)
    unsafe clinux_store32(pending, 0)
    return nil
  }
}
