/// The feature sets and rules that the program brings along, as `make embed` copied them from
/// Features and Rules.
package enum BuiltIn {
  package static let features: [String: String] = [
    "anonymised": ##"""
    # The ULB set: its components, the amount, and the hour of the day; there is no account.

    feature amount_units = amount
    feature hour_of_day = hour()
    feature component_1 = v1
    feature component_2 = v2
    feature component_3 = v3
    feature component_4 = v4
    feature component_5 = v5
    feature component_6 = v6
    feature component_7 = v7
    feature component_8 = v8
    feature component_9 = v9
    feature component_10 = v10
    feature component_11 = v11
    feature component_12 = v12
    feature component_13 = v13
    feature component_14 = v14
    feature component_15 = v15
    feature component_16 = v16
    feature component_17 = v17
    feature component_18 = v18
    feature component_19 = v19
    feature component_20 = v20
    feature component_21 = v21
    feature component_22 = v22
    feature component_23 = v23
    feature component_24 = v24
    feature component_25 = v25
    feature component_26 = v26
    feature component_27 = v27
    feature component_28 = v28

    """##,
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
    "card": ##"""
    # Card payments: what a card does against its own habits, which device pays, what happened before,
    # and what a merchant's labels say.
    #
    # Windows are the round numbers of the trade: an hour, a day, a week, a month, a quarter. Labels
    # come a week late, and so everything about them is a week old.

    feature amount_units = amount
    feature hour_of_day = hour()
    feature is_weekend = weekend()
    feature is_night = night()

    # The card's habits. The robust profile does not learn from its own outliers.
    feature amount_robust_z = robust_zscore(amount) by account over 90d
    feature amount_vs_mean = ratio_to_mean(amount) by account over 90d
    feature amount_vs_max = amount / max(amount) by account over 90d before this
    feature amount_vs_median = amount / median(amount) by account over 90d before this
    feature account_count_1h = count() by account over 1h
    feature account_count_1d = count() by account over 1d
    feature account_count_7d = count() by account over 7d
    feature account_count_30d = count() by account over 30d
    feature account_mean_1d = mean(amount) by account over 1d
    feature account_mean_7d = mean(amount) by account over 7d
    feature account_mean_30d = mean(amount) by account over 30d
    feature account_std_30d = std(amount) by account over 30d
    feature account_pace_1d = decayed_count(1d) by account over 30d
    feature account_pace_7d = decayed_count(7d) by account over 60d
    feature account_silence = time_since_last() by account over 30d before this

    # Amounts out of line with the card's habits, and how they follow one another.
    feature is_outlier = amount_robust_z > 3
    feature outlier_share_7d = decayed_count(7d) by account over 60d where (is_outlier)
    feature outliers_1d = count() by account over 1d where (is_outlier)
    feature outliers_7d = count() by account over 7d where (is_outlier)
    feature since_outlier = time_since_last() by account over 60d where (is_outlier) before this

    # Where the card pays.
    feature is_new_merchant = first_time() by (account, counterparty) over 90d
    feature pair_count_30d = count() by (account, counterparty) over 30d
    feature merchants_30d = distinct(counterparty) by account over 30d

    # Which device pays. Where devices are not told, this says nothing.
    feature devices_7d = distinct(device) by account over 7d
    feature device_silence = time_since_last() by (account, device) over 90d before this
    feature device_accounts_30d = distinct(account) by device over 30d

    # What happened besides payments. Where activities are not told, this says nothing.
    feature since_new_device = time_since_last() by account over 30d where (activity = new_device)
    feature since_device_login = time_since_last() by device over 30d where (activity = login)

    # What is usual at the merchant and in the category, and how the card shares its payments out.
    feature amount_at_merchant = robust_zscore(amount) by counterparty over 30d
    feature amount_in_category = zscore(amount) by category over 30d
    feature own_amount_in_category = robust_zscore(amount) by (account, category) over 90d
    feature category_share = count() by (account, category) over 30d / account_count_30d
    feature since_category = time_since_last() by (account, category) over 90d before this
    feature usual_in_category = median(amount) by category over 30d
    feature is_odd_in_category = amount_in_category > 2
    feature odd_1d = count() by account over 1d where (is_odd_in_category)
    feature odd_7d = count() by account over 7d where (is_odd_in_category)
    feature since_odd = time_since_last() by account over 60d where (is_odd_in_category) before this
    feature nights_7d = count() by account over 7d where (is_night)
    feature category_risk_30d = fraud_rate() by category over 30d delayed 7d
    feature account_sum_1d = sum(amount) by account over 1d
    feature last_amount = last(amount) by account over 7d before this
    feature max_1d = max(amount) by account over 1d before this
    feature account_sum_7d = sum(amount) by account over 7d

    # The merchant's labels, a week old.
    feature merchant_count_1d = count() by counterparty over 1d
    feature merchant_count_30d = count() by counterparty over 30d delayed 7d
    feature merchant_risk_1d = fraud_rate() by counterparty over 1d delayed 7d else 0
    feature merchant_risk_7d = fraud_rate() by counterparty over 7d delayed 7d else 0
    feature merchant_risk_30d = fraud_rate() by counterparty over 30d delayed 7d else 0
    feature merchant_fraud_streak = streak() by counterparty over 60d delayed 7d where (fraud)
    feature since_merchant_fraud = time_since_last() by counterparty over 60d delayed 7d where (fraud)
    feature since_first_fraud = time_since_first() by counterparty over 60d delayed 7d where (fraud)
    feature plain_frauds_30d = count() by counterparty over 30d delayed 7d where (fraud and not
        is_outlier)
    feature merchant_fading_frauds = decayed_count(7d) by counterparty over 60d delayed 7d where (fraud)
    feature merchant_fading_count = decayed_count(7d) by counterparty over 60d delayed 7d
    feature merchant_fading_risk = merchant_fading_frauds / merchant_fading_count else 0
    feature merchant_outliers_7d = count() by counterparty over 7d where (is_outlier)

    """##,
    "crypto": ##"""
    # Transfers between wallets. Amounts are in units of each transaction's own currency, so sizes are
    # compared within a wallet and currency only.

    feature amount_units = amount
    feature fee = gas_fee
    feature fee_share = gas_fee / amount
    feature contract = is_smart_contract
    feature sender_checks = sender_checksum
    feature receiver_checks = receiver_checksum
    feature is_btc = currency = BTC
    feature is_eth = currency = ETH
    feature is_api = channel = API
    feature is_mobile = channel = mobile
    feature hour_of_day = hour()
    feature is_night = night()
    feature sender_count_1h = count() by account over 1h
    feature sender_count_1d = count() by account over 1d
    feature sender_count_30d = count() by account over 30d
    feature amount_vs_usual = amount / mean(amount) by (account, currency) over 30d before this
    feature receiver_count_1h = count() by counterparty over 1h
    feature receiver_count_1d = count() by counterparty over 1d
    feature pair_count_30d = count() by (account, counterparty) over 30d before this
    feature place_count_30d = count() by (account, location) over 30d before this
    feature receiver_risk_30d = fraud_rate() by counterparty over 30d delayed 7d

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
    "payment": ##"""
    # Card payments of a user: size against habit, pace of user and card, cards that are new to a user.

    feature amount_units = amount
    feature hour_of_day = hour()
    feature is_weekend = weekend()
    feature is_night = night()
    feature card_checks = card_checksum
    feature user_count_1h = count() by account over 1h
    feature user_count_1d = count() by account over 1d
    feature user_count_30d = count() by account over 30d
    feature user_sum_1d = sum(amount) by account over 1d
    feature user_mean_30d = mean(amount) by account over 30d before this
    feature amount_vs_usual = amount / mean(amount) by account over 30d before this
    feature card_count_1h = count() by card over 1h
    feature card_count_1d = count() by card over 1d
    feature card_mean_30d = mean(amount) by card over 30d before this
    feature user_card_count_30d = count() by (account, card) over 30d before this
    feature user_risk_30d = fraud_rate() by account over 30d delayed 7d

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
    feature counterparty_cash_out_1d = count() by counterparty over 1d where (channel = CASH_OUT)
    feature pair_count_30d = count() by (account, counterparty) over 30d before this

    """##,
    "retail": ##"""
    # A shop's form: the amount, the hour, the user's day, and whether the place is usual.

    feature amount_units = amount
    feature hour_of_day = hour()
    feature is_night = night()
    feature transaction_frequency = count() by account over 1d
    feature user_count_1h = count() by account over 1h
    feature user_count_30d = count() by account over 30d
    feature user_mean_30d = mean(amount) by account over 30d before this
    feature amount_vs_usual = amount / mean(amount) by account over 30d before this
    feature place_count_1h = count() by location over 1h
    feature user_place_count_30d = count() by (account, location) over 30d before this
    feature in_new_york = location = "New York"
    feature in_san_francisco = location = "San Francisco"
    feature in_los_angeles = location = "Los Angeles"
    feature in_chicago = location = "Chicago"
    feature in_houston = location = "Houston"

    """##,
  ]

  package static let rules: [String: String] = [
    "anonymised-starter": ##"""
    # A scorecard for the ULB set until a model is trained: the components that its publishers' readers
    # found to separate best. Points are log-odds.

    score base: when amount >= 0 add -6
    score far_component_14: when v14 < -5 add 4
    score far_component_4: when v4 > 4 add 1.5
    score far_component_12: when v12 < -5 add 2
    score far_component_17: when v17 < -5 add 2

    """##,
    "card-starter": ##"""
    # Starter rules and scorecard for card payments. Points are log-odds; a model replaces their sum.

    rule burst: when count() by account over 10m >= 8 then review because
        "{count() by account over 10m} payments of this card within ten minutes"
    rule far_above_usual: when count() by account over 30d before this >= 10 and amount > 10 *
        mean(amount) by account over 30d before this then challenge because
        "{amount} is more than ten times the card's usual {mean(amount) by account over 30d before this}"
    rule terminal_under_attack: when fraud_rate() by counterparty over 28d delayed 7d > 0.5 and count()
        by counterparty over 28d delayed 7d >= 5 then review because
        "{fraud_rate() by counterparty over 28d delayed 7d} of this terminal's payments were fraud"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score risky_terminal: when fraud_rate() by counterparty over 28d delayed 7d > 0.1 add 3
    score at_night: when night() add 0.3

    """##,
    "crypto-starter": ##"""
    # Starter rules and scorecard for transfers between wallets. Points are log-odds.

    rule burst: when count() by account over 10m >= 8 then review because
        "{count() by account over 10m} transfers of this wallet within ten minutes"
    rule collector: when count() by counterparty over 1h >= 10 then review because
        "{count() by counterparty over 1h} transfers to this wallet within an hour"
    rule no_wallet: when sender_checksum = 0 or receiver_checksum = 0 then challenge because
        "the checksum of an address is wrong"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by (account, currency) over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score high_fee: when gas_fee > 0.1 * amount add 1
    score by_contract: when is_smart_contract = 1 add 0.3

    """##,
    "native-starter": ##"""
    # Starter rules and scorecard for transactions in the native form. Points are log-odds.

    rule burst: when count() by account over 10m >= 8 then review because
        "{count() by account over 10m} payments of this account within ten minutes"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score many_to_one: when count() by counterparty over 1h >= 20 add 1

    """##,
    "payment-starter": ##"""
    # Starter rules and scorecard for a user's card payments. Points are log-odds.

    rule large_amount: when amount > 500 then review because "{amount} is more than 500"
    rule burst: when count() by account over 10m >= 8 then review because
        "{count() by account over 10m} payments of this user within ten minutes"
    rule busy_card: when count() by card over 1d >= 20 then review because
        "{count() by card over 1d} payments by this card within a day"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score wrong_check_digit: when card_checksum = 0 add 1
    score at_night: when night() add 0.3

    """##,
    "paysim-starter": ##"""
    # Starter rules and scorecard for mobile money. Points are log-odds; a model replaces their sum.

    rule account_emptied: when (channel = TRANSFER or channel = CASH_OUT) and amount >= 100000 and
        old_balance = amount then review because
        "the account's whole balance of {old_balance} leaves at once"
    rule mule_pattern: when channel = CASH_OUT and count() by counterparty over 1h >= 5 then review
        because "{count() by counterparty over 1h} payments to this counterparty within an hour"

    score base: when amount >= 0 add -6
    score transfer_or_cash_out: when channel = TRANSFER or channel = CASH_OUT add 1
    score emptied: when old_balance > 0 and old_balance = amount add 4
    score large: when amount > 200000 add 1.5
    score balance_mismatch: when old_balance - amount - new_balance > 1 add 0.5

    """##,
    "retail-starter": ##"""
    # Starter rules and scorecard for a shop's form. Points are log-odds.

    rule burst: when count() by account over 10m >= 8 then review because
        "{count() by account over 10m} payments of this user within ten minutes"

    score base: when amount >= 0 add -5
    score large: when amount > 5 * mean(amount) by account over 30d before this add 2.5
    score fast: when count() by account over 1h >= 4 add 1.5
    score elsewhere: when count() by account over 30d before this >= 5 and count() by (account,
        location) over 30d before this = 0 add 1.5
    score at_night: when night() add 0.3

    """##,
  ]
}
