package import Intake
import Vault

/// What commands need that work on files only and leave no data directory behind.
package enum OneRun {
  private static let vault = Vault()

  /// Card tokens that hold within this run.
  package static let tokenizer: CardTokenizer = { vault.token($0) }
}
