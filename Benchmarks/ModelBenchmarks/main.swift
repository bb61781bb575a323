import Foundation
import Learning

var workload = Workload(seed: 20_261_120)
let data = try workload.training(rows: 200_000)
let rows = workload.values(rows: Comparison.agreementRows)
print("XGBoost \(Booster.libraryVersion), one thread, medians of \(Comparison.rounds) in turn")
var reached = true
for (kind, trees) in [(TrainingParameters.Kind.boosted, 100), (.boosted, 500), (.forest, 100)] {
  let comparison = try Comparison(kind, trees: trees, data: data, rows: rows)
  if try !comparison.run() { reached = false }
}
print(reached ? "all goals reached" : "a goal was missed")
exit(reached ? 0 : 1)
