import Testing

@testable import Monitoring

/// What is read of `/proc`, from texts of a real machine.
struct SystemSampleTests {
  @Test func `processors are busy where they neither idle nor wait`() {
    let text = """
      cpu  100 20 30 400 50 6 7 8 9 10
      cpu0 50 10 15 200 25 3 3 4 4 5
      cpu1 50 10 15 200 25 3 4 4 5 5
      intr 12345 0 0
      ctxt 99
      """
    let ticks = SystemSampler.processorTicks(text)
    #expect(ticks == (171, 621, 2))
    #expect(SystemSampler.processorTicks("") == (0, 0, 0))
  }

  @Test func `memory is told in bytes`() {
    var sample = SystemSample()
    SystemSampler.memory(
      "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:    4000 kB\nx: 1 kB\n",
      into: &sample
    )
    #expect(sample.memoryTotal == 16_384_000 && sample.memoryFree == 1_024_000)
    #expect(sample.memoryAvailable == 4_096_000 && sample.memoryPercent == 75)
    #expect(SystemSample().memoryPercent == 0)
  }

  @Test func `loopback is no network`() {
    let network = SystemSampler.network(
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
          lo:  999      9    0    0    0     0          0         0      999       9    0    0
        eth0: 1000     10    0    0    0     0          0         0      500       5    0    0
        eth1:   24      2    0    0    0     0          0         0        6       1    0    0
      """
    )
    var expected = SystemSample.Network()
    (expected.bytesReceived, expected.packetsReceived) = (1024, 12)
    (expected.bytesSent, expected.packetsSent) = (506, 6)
    #expect(network == expected)
  }

  @Test func `this machine has processors, memory, a disk and processes`() {
    var sampler = SystemSampler(path: "/")
    let sample = sampler.take(time: 7)
    #expect(sample.time == 7 && sample.processors > 0 && sample.processes > 0)
    #expect(sample.memoryTotal > sample.memoryAvailable && sample.memoryAvailable > 0)
    #expect(sample.diskTotal >= sample.diskFree && sample.diskTotal > 0)
  }
}
