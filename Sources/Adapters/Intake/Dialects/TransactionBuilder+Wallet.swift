import Payments

extension TransactionBuilder {
  /// Notes whether a wallet's address has a right checksum; nothing where it is of no known kind.
  ///
  /// Before, all but right Base58Check addresses counted as wrong.
  mutating func take(wallet text: [UInt8], checksum slot: Int) {
    let verdict = WalletAddress.verdict(text)
    if let verdict { set(number: slot, verdict ? 1 : 0) }
    let earlier = verdict == true && WalletAddress.isValid(text)
    if verdict != earlier { note(earlierNumber: earlier ? 1 : 0, at: slot) }
  }
}
