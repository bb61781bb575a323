// Safety: the arguments are copied before the call that reads them and freed after it, each once.
import Glibc
import Shell
import Synchronization

/// A child of this program, started and awaited without another thread.
final class ChildProcess: Sendable {
  private let id: pid_t

  /// Starts this same program with a command line; its standard output goes nowhere.
  init(_ words: [String]) throws(CommandError) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    // The server waits for its signals by hand; the child takes them as usual.
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let all = ["assay"] + words
    let copies = unsafe all.map { unsafe strdup($0) }
    defer { unsafe copies.forEach { unsafe free($0) } }
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe copies + [nil]
    var child: pid_t = 0
    let number = unsafe posix_spawn(
      &child,
      "/proc/self/exe",
      &actions,
      &attributes,
      &arguments,
      environ
    )
    guard number == 0 else {
      throw CommandError("cannot start a child: \(unsafe String(cString: strerror(number)))")
    }
    id = child
  }

  /// Waits for its end; its exit code, or 128 and the signal that ended it.
  func wait() -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
  }

  /// Asks it to end.
  func end() { kill(id, SIGTERM) }
}
