import Intake
import Vault

/// What commands need that work on files only and leave no data directory behind.
enum OneRun {
  private static let vault = Vault()

  /// Card tokens that hold within this run.
  static let tokenizer: CardTokenizer = { vault.token($0) }
}
