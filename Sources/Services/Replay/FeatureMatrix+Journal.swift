package import Engine
import Features
package import Journal
package import Payments

extension FeatureMatrix {
  /// Reads a log and keeps the vector of every transaction of one source, decided or learnt.
  ///
  /// Labels count as fraud whenever they were logged; the features saw them only from then on.
  package static func collect(
    _ disk: any JournalDisk,
    through engine: Engine,
    source: Source,
    progress: (Int) -> Void = { _ in }
  ) throws -> FeatureMatrix {
    guard let state = engine.source(Int(source.id)) else { return FeatureMatrix(names: []) }
    var matrix = FeatureMatrix(names: state.program.features.map(\.name))
    var numbering = AccountNumbers()
    var rowOfKey: [RowKey: Int] = [:]
    var learnt: [UInt8] = []
    _ = try Recovery.run(on: disk, newLog: 0, repair: false) {
      header,
      body,
      position throws(JournalError) in
      switch header.kind {
      case .transaction, .history:
        guard TransactionRecord.source(body) == Int(source.id) else { return }
        engine.learn(body, evaluate: true)
        rowOfKey[RowKey(body)] = matrix.rows
        state.profile.appendVector(to: &matrix.values)
        matrix.fraud.append(0)
        matrix.knowledge.append(.silent)
        matrix.times.append(TransactionRecord.time(body).microseconds)
        matrix.accounts.append(numbering.number(of: body))
        learnt.removeAll(keepingCapacity: true)
        if header.kind == .transaction { learnt.append(body) }
        if matrix.rows % 10_000 == 0 { progress(matrix.rows) }
      case .decision:
        guard !learnt.isEmpty, DecisionRecord.source(body) == Int(source.id) else { return }
        let record = learnt
        let outcome = DecisionRecord.outcome(body)
        state.profile.settle(outcome, record.span)
        if outcome == .decline { matrix.knowledge[matrix.rows - 1] = .declined }
        learnt.removeAll(keepingCapacity: true)
      case .activity, .disposition:
        do throws(EngineError) {
          try engine.apply(header.kind, body)
        } catch {
          throw JournalError(.corrupt, "\(error)")
        }
      case .clockReset:
        do throws(EngineError) {
          try engine.resetClock(folding: body, at: position, from: disk)
        } catch {
          throw JournalError(.corrupt, "\(error)")
        }
      case .label:
        let record = body.extracting(Label.record(body))
        guard TransactionRecord.source(record) == Int(source.id) else { return }
        engine.label(body)
        if let row = rowOfKey[RowKey(record)] {
          matrix.fraud[row] = Label.verdict(body) == .fraud ? 1 : 0
          matrix.knowledge[row] = .labelled
        }
      default: break
      }
    }
    return matrix
  }
}

/// Finds a transaction's row again when its label comes.
private struct RowKey: Hashable {
  var id: [UInt8]

  init(_ record: borrowing Span<UInt8>) {
    id = record.extracting(TransactionRecord.text(Schema.Text.id, record)).array
  }
}
