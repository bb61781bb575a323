// Safety: `getrusage` fills the structure it is handed before it is read.
import Foundation

/// What this process has used of the machine.
package struct ProcessUse: Sendable {
  /// Of all processors, since the start.
  package var seconds: Double
  package var residentBytes: Int

  package static var now: ProcessUse {
    var use = rusage()
    unsafe getrusage(RUSAGE_SELF.rawValue, &use)
    let seconds =
      Double(use.ru_utime.tv_sec + use.ru_stime.tv_sec)
      + Double(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6
    // What cannot be read counts as nothing.
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let resident = pages.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return ProcessUse(seconds: seconds, residentBytes: resident * Int(sysconf(Int32(_SC_PAGESIZE))))
  }
}
