// Safety: setrlimit and getrusage are given local values.

import CLinux
import Glibc
import HTTP
import Testing

@Suite struct DescriptorTests {
  @Test func `without descriptors the server waits quietly and then goes on`() async {
    await #expect(processExitsWith: .success) {
      var limit = rlimit(rlim_cur: 64, rlim_max: 64)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        exit(2)
      }
      let server = try TestServer(Limits())
      // The client side of each connection takes one descriptor, the server side another.
      var clients = (0..<60).map { _ in server.connect(timeoutSeconds: 1) }
      let before = processorMilliseconds()
      usleep(500_000)
      let spent = processorMilliseconds() - before
      clients.removeAll()
      usleep(300_000)
      let client = server.connect()
      client.send(post("hello"))
      let isServed = client.answer()?.text == "hello"
      exit(isServed && spent < 100 ? 0 : isServed ? 3 : 4)
    }
  }
}

private func processorMilliseconds() -> Int {
  var usage = rusage()
  _ = unsafe getrusage(RUSAGE_SELF.rawValue, &usage)
  let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 + microseconds / 1000
}
