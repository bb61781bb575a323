import Payments
import Testing

@testable import Simulator

/// What is written of card payments is what was simulated.
struct SimulationTextTests {
  static let start = Timestamp(year: 2018, month: 4, day: 1)
  static let text = PaymentText(.card, seed: 1, start: start)
  static let payment = SimulatedPayment(
    id: 12,
    time: Timestamp(year: 2018, month: 4, day: 1, second: 31),
    account: 596,
    counterparty: .merchant(3156),
    kind: 5,
    amountMinorUnits: 5706,
    device: -1,
    place: 3,
    oldBalance: 0,
    newBalance: 0,
    counterpartyOldBalance: 0,
    counterpartyNewBalance: 0,
    fraud: true,
    campaign: "card-1",
    reported: true,
    knownAfterMicroseconds: 86_400_000_000
  )

  static func written(_ append: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    append(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a file has the handbook's columns, in its form, and what a request shows`() {
    let text = SimulationTextTests.text
    var payment = SimulationTextTests.payment
    #expect(
      text.header
        == "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,channel,device,location,"
        + "category,TX_FRAUD,campaign"
    )
    let written = SimulationTextTests.written
    #expect(
      written { text.appendLine(payment, to: &$0) }
        == "12,2018-04-01 00:00:31,596,3156,57.06,online,device-x1,Chicago,shopping,1,card-1\n"
    )
    payment.reported = nil
    #expect(
      written { text.appendLine(payment, to: &$0) }
        == "12,2018-04-01 00:00:31,596,3156,57.06,online,device-x1,Chicago,shopping,,card-1\n"
    )
  }

  @Test func `a request shows channel, device, place and category too`() {
    let payment = SimulationTextTests.payment
    let body = SimulationTextTests.written {
      SimulationTextTests.text.appendJSON(payment, idPrefix: "sim1-", to: &$0)
    }
    #expect(
      body == #"{"transaction_id":"sim1-12","time":"2018-04-01T00:00:31Z","account":"596","#
        + #""counterparty":"3156","amount":57.06,"channel":"online","device":"device-x1","#
        + #""location":"Chicago","category":"shopping"}"#
    )
    let known = Timestamp(year: 2018, month: 4, day: 2, second: 31)
    let label = ReportedLabel(payment: payment, fraud: true, knownAt: known)
    #expect(
      SimulationTextTests.written { SimulationTextTests.text.appendJSONLine(label, to: &$0) }
        == #"{"label":"fraud","transaction_id":"12","known_at":"2018-04-02T00:00:31Z"}"# + "\n"
    )
  }

  @Test(arguments: [(5, "0.05"), (10, "0.10"), (99, "0.99"), (100, "1.00"), (123_456, "1234.56")])
  func `amounts have two places`(minor: Int64, text: String) {
    var payment = SimulationTextTests.payment
    payment.amountMinorUnits = minor
    let line = SimulationTextTests.written {
      SimulationTextTests.text.appendLine(payment, to: &$0)
    }
    #expect(line.hasPrefix("12,2018-04-01 00:00:31,596,3156,\(text),online,"))
  }
}
