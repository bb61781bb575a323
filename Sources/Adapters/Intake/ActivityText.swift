import Payments

/// What an activity says, as it was sent: its names may hold card numbers.
struct ActivityText {
  private let kind: ActivityKind
  private let succeeded: Bool
  private let time: Timestamp
  /// As what earlier versions read the time, if another one.
  private let earlierTime: Timestamp?
  private let account: String
  private let device: String

  init(
    _ kind: ActivityKind,
    _ succeeded: Bool,
    _ time: Timestamp,
    earlier: Timestamp?,
    account: String,
    device: String
  ) {
    self.kind = kind
    self.succeeded = succeeded
    self.time = time
    earlierTime = earlier
    self.account = account
    self.device = device
  }

  /// The activity, with tokens for names that hold card numbers, and under its id, if it has one.
  func activity(
    of source: UInt16,
    id sent: String,
    _ tokenizer: CardTokenizer
  ) -> Activity {
    func make(_ time: Timestamp, _ account: String, _ device: String) -> Activity {
      Activity(
        source: source,
        kind: kind,
        succeeded: succeeded,
        time: time,
        account: account,
        device: device
      )
    }
    let tokens = [account, device].map { CardNumber.entityToken(Array($0.utf8), tokenizer) }
    var activity = make(time, tokens[0]?.text ?? account, tokens[1]?.text ?? device)
    var note = RecordNote()
    if earlierTime != nil || tokens.contains(where: { $0?.isNew == true }) {
      // Earlier versions hid only what they knew.
      func earlier(_ text: String, _ token: CardNumber.Token?) -> String {
        token.map { $0.isNew ? text : $0.text } ?? text
      }
      let before = make(
        earlierTime ?? time,
        earlier(account, tokens[0]),
        earlier(device, tokens[1])
      )
      note.earlierContent = before.fingerprint
    }
    let token = CardNumber.entityToken(Array(sent.utf8), tokenizer)
    // An id that has always been a card number stays its token; others are refused as ids are.
    let id = token.map { $0.isNew ? sent : $0.text } ?? sent
    note.idHoldsCardNumber = token?.isNew ?? false
    if !id.isEmpty { activity.identify(as: id) }
    if note != RecordNote() { activity.note = note }
    return activity
  }
}
