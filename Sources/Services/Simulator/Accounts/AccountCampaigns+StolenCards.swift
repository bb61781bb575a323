/// Stolen cards, which thieves use online from a device of their own and at counters as the holder
/// does.
extension AccountCampaigns {
  private static let onlineShare = 0.7
  private static let trialShare = 0.15
  private static let paymentsPerDayMax = 12.0

  /// Lets an account's card be used by a thief for days: dearer, with small trials, at new shops.
  mutating func useStolenCard(
    _ start: Int64,
    _ population: AccountPopulation,
    _ random: inout SimulationRandom,
    _ drafts: inout [PaymentDraft]
  ) {
    let profile = population.profile
    let account = random.integer(below: population.accounts.count)
    guard accounts[account].end <= start else { return }
    let campaign = begin(.card)
    let holder = population.accounts[account]
    let days = random.uniform(1...7)
    let end = start + Int64(days * 86_400)
    let perDay = min(
      random.logNormal(median: 2.5, sigma: 0.6),
      AccountCampaigns.paymentsPerDayMax
    )
    let kinds = (0...random.poisson(days * perDay)).map { _ in
      population.drawKind(online: random.chance(AccountCampaigns.onlineShare), &random)
    }
    let share = enter(
      account,
      from: start,
      to: end,
      campaign,
      frauds: kinds.count,
      atCounter: profile.showsDevice ? kinds.count { !profile.kinds[$0].isOnline } : 0,
      population
    )
    let anywhere = random.integer(below: profile.places.count)
    let place = random.chance(0.5) ? holder.place : anywhere
    let spending = holder.spending + random.uniform(0.2...1.2)
    for kind in kinds {
      let isTrial = random.chance(AccountCampaigns.trialShare)
      var draft = PaymentDraft(
        second: second(from: start, to: end, profile, &random),
        account: Int32(account),
        party: population.party(for: account, kind: kind, at: place, loyalty: 0, &random),
        kind: kind,
        amount: population.amount(kind, shift: spending - (isTrial ? 2 : 0), &random),
        device: -Int(campaign),
        place: place,
        fraud: campaign,
        hint: SimulatedHint(campaign: campaign, state: Float(share))
      )
      if profile.showsDevice, !profile.kinds[kind].isOnline {
        draft.keepsDevice = true
        draft.hint.state = Float(accounts[account].counterShare)
      }
      drafts.append(draft)
    }
  }

  /// A second between two others; thieves sleep too, but not all of them.
  private func second(
    from start: Int64,
    to end: Int64,
    _ profile: PaymentProfile,
    _ random: inout SimulationRandom
  ) -> Int64 {
    let any = start + Int64(random.unit() * Double(end - start))
    let hour = Int64(profile.hours.draw(&random))
    let usual = any - any % 86_400 + hour * 3600 + Int64(random.integer(below: 3600))
    return random.chance(0.6) && (start...end).contains(usual) ? usual : any
  }
}
