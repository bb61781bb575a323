/// The feature sets and rules that the program brings along, as `make embed` copied them from
/// Features and Rules.
package enum BuiltIn {
  package static let features: [String: String] = [
    "card-handbook": ##"""
    # The fifteen features of the Fraud Detection Handbook (Le Borgne et al., 2022, chapter 3):
    # the transaction itself, the card's habits, and the terminal's risk with a week's delay.

    feature amount_units = amount
    feature is_weekend = weekend()
    feature is_night = night()

    feature account_count_1d = count() by account over 1d
    feature account_mean_1d = mean(amount) by account over 1d
    feature account_count_7d = count() by account over 7d
    feature account_mean_7d = mean(amount) by account over 7d
    feature account_count_30d = count() by account over 30d
    feature account_mean_30d = mean(amount) by account over 30d

    feature terminal_count_1d = count() by counterparty over 1d delayed 7d
    feature terminal_risk_1d = fraud_rate() by counterparty over 1d delayed 7d else 0
    feature terminal_count_7d = count() by counterparty over 7d delayed 7d
    feature terminal_risk_7d = fraud_rate() by counterparty over 7d delayed 7d else 0
    feature terminal_count_30d = count() by counterparty over 30d delayed 7d
    feature terminal_risk_30d = fraud_rate() by counterparty over 30d delayed 7d else 0

    """##,
    "native": ##"""
    # What any account's payments show: size against habit, pace, and the counterparty's traffic.

    feature amount_units = amount
    feature is_weekend = weekend()
    feature is_night = night()
    feature account_count_1h = count() by account over 1h
    feature account_count_1d = count() by account over 1d
    feature account_count_30d = count() by account over 30d
    feature account_mean_7d = mean(amount) by account over 7d
    feature account_mean_30d = mean(amount) by account over 30d
    feature amount_vs_usual = amount / mean(amount) by account over 30d before this
    feature counterparty_count_1h = count() by counterparty over 1h
    feature counterparty_count_1d = count() by counterparty over 1d
    feature pair_count_30d = count() by (account, counterparty) over 30d before this
    feature counterparty_risk_30d = fraud_rate() by counterparty over 30d delayed 7d

    """##,
    "paysim": ##"""
    # Mobile-money transfers: the eleven columns of the reference model, and what the streams add.

    feature step_number = step
    feature amount_units = amount
    feature balance_before = old_balance
    feature balance_after = new_balance
    feature counterparty_before = counterparty_old_balance
    feature counterparty_after = counterparty_new_balance
    feature is_cash_out = channel = CASH_OUT
    feature is_debit = channel = DEBIT
    feature is_payment = channel = PAYMENT
    feature is_transfer = channel = TRANSFER
    feature empties_account = amount > 0 and old_balance = amount
    feature balance_error = old_balance - amount - new_balance
    feature account_count_1d = count() by account over 1d
    feature account_sum_1d = sum(amount) by account over 1d
    feature counterparty_count_1h = count() by counterparty over 1h
    feature counterparty_count_1d = count() by counterparty over 1d
    feature counterparty_sum_1d = sum(amount) by counterparty over 1d
    feature counterparty_mean_7d = mean(amount) by counterparty over 7d before this
    feature counterparty_cash_out_1d = count() by counterparty over 1d where channel = CASH_OUT
    feature pair_count_30d = count() by (account, counterparty) over 30d before this

    """##,
  ]

  package static let rules: [String: String] = [
    "card-starter": ##"""
    # Starter rules and scorecard for card payments. Points are log-odds; a model replaces their sum.

    rule burst: when count() by account over 10m >= 8 then review
      because "{count() by account over 10m} payments of this card within ten minutes"
    rule far_above_usual: when count() by account over 30d before this >= 10
      and amount > 10 * mean(amount) by account over 30d before this then challenge
      because "{amount} is more than ten times the card's usual {mean(amount) by account over 30d before this}"
    rule terminal_under_attack: when fraud_rate() by counterparty over 28d delayed 7d > 0.5
      and count() by counterparty over 28d delayed 7d >= 5 then review
      because "{fraud_rate() by counterparty over 28d delayed 7d} of this terminal's payments were fraud"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score risky_terminal: when fraud_rate() by counterparty over 28d delayed 7d > 0.1 add 3
    score at_night: when night() add 0.3

    """##,
    "native-starter": ##"""
    # Starter rules and scorecard for transactions in the native form. Points are log-odds.

    rule burst: when count() by account over 10m >= 8 then review
      because "{count() by account over 10m} payments of this account within ten minutes"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score many_to_one: when count() by counterparty over 1h >= 20 add 1

    """##,
    "paysim-starter": ##"""
    # Starter rules and scorecard for mobile money. Points are log-odds; a model replaces their sum.

    rule account_emptied: when (channel = TRANSFER or channel = CASH_OUT) and amount >= 100000
      and old_balance = amount then review
      because "the account's whole balance of {old_balance} leaves at once"
    rule mule_pattern: when channel = CASH_OUT and count() by counterparty over 1h >= 5 then review
      because "{count() by counterparty over 1h} payments to this counterparty within an hour"

    score base: when amount >= 0 add -6
    score transfer_or_cash_out: when channel = TRANSFER or channel = CASH_OUT add 1
    score emptied: when old_balance > 0 and old_balance = amount add 4
    score large: when amount > 200000 add 1.5
    score balance_mismatch: when (old_balance - amount - new_balance) > 1 add 0.5

    """##,
  ]
}
