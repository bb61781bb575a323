import Foundation

// EngineBenchmarks [FILE] [--only handbook|decisions|scale|snapshot|flight] [--rounds N]
//                  [--transactions N] [--entities N] [--reserve-mib N] [--features N]
let options = Options(Array(CommandLine.arguments.dropFirst()))
options.allow(["only", "rounds", "transactions", "entities", "reserve-mib", "features"])
let reserve = (options.number("reserve-mib") ?? 32 << 10) << 20
var reached = true
let only = options.text("only")
if only == nil || only == "flight" {
  if try !FlightCost().run() { reached = false }
}
if only == nil || only == "handbook" {
  let path = options.path ?? "../shared/data/fdh_transactions_2018-04-01_2018-09-04.csv.gz"
  let rounds = options.number("rounds") ?? 5
  if let handbook = try Handbook(path: path, rounds: rounds, reserve: reserve) {
    if try !handbook.run() { reached = false }
  }
}
if only == nil || only == "decisions" {
  for entities in options.number("entities").map({ [$0] }) ?? [10_000, 1_000_000] {
    let decisions = Decisions(
      entities: entities,
      transactions: options.number("transactions") ?? 1_000_000
    )
    if try !decisions.run(reserve: reserve) { reached = false }
  }
}
if only == "snapshot" {
  let scale = Scale(transactions: options.number("transactions") ?? 1_000_000)
  if try !scale.snapshot() { reached = false }
}
if only == nil || only == "scale" {
  let transactions = options.number("transactions") ?? 1_000_000
  let scale = Scale(transactions: transactions, reserve: reserve)
  if let features = options.number("features") {
    try scale.run(features: features)
  } else if try !scale.run(large: only == "scale") {
    reached = false
  }
}
print(reached ? "all goals reached" : "a goal was missed")
exit(reached ? 0 : 1)
