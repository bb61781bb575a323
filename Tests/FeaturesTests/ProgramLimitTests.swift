@testable import Features
import Language
import Payments
import TestSupport
import Testing

/// Programs at the compiler's limits run, and one step beyond is an error, never a trap.
struct ProgramLimitTests {
  static let source: Source = {
    var source = RandomStream.makeSource()
    source.schema = Schema(texts: (0..<12).map { "text\($0)" })
    return source
  }()

  static func compile(_ lines: [String]) throws -> FeatureProgram {
    let statements = lines.enumerated().map { "feature f\($0) = \($1)" }
    return try ProgramCompiler.compile(
      Parser.parse(statements.joined(separator: "\n")),
      for: source
    )
  }

  /// The program runs, and so do its windows after a restart.
  static func run(
    _ program: FeatureProgram,
    reserve: Int = 1 << 25,
    transactions: Int = 120,
    check: (_ payments: [Payment], _ vector: [Float]) -> Void = { _, _ in }
  ) throws {
    func makeProfile() -> Profile {
      Profile(
        program: program,
        source: source,
        entitiesMax: 1000,
        ringLog: 20,
        reserve: reserve
      )
    }
    var profile = makeProfile()
    var random = SeededGenerator(seed: 5)
    var payments: [Payment] = []
    for number in 0..<transactions {
      let payment = Payment(
        second: Int64(number) * 3,
        amount: Int64.random(in: 0..<80, using: &random),
        counterparty: Int.random(in: 0..<9, using: &random)
      )
      payments.append(payment)
      let record = payment.record(number)
      profile.record(record.span)
      profile.settle(.approve, record.span)
      profile.label(
        record.span,
        fraud: number % 3 == 0,
        landed: TransactionRecord.time(record.span).microseconds
      )
      if number % 20 == 0 || number > transactions - 3 { check(payments, profile.vector) }
      if number == transactions / 2 {
        var bytes: [UInt8] = []
        let digest = profile.encode(into: &bytes)
        profile = makeProfile()
        var reader = ByteReader(bytes)
        #expect(try profile.restore(from: &reader) == digest)
      }
    }
  }

  struct Payment {
    var second: Int64
    /// In whole units.
    var amount: Int64
    var counterparty: Int

    func record(_ number: Int) -> [UInt8] {
      var builder = TransactionBuilder(source: 1, schema: ProgramLimitTests.source.schema)
      builder.time = Timestamp(microseconds: 1_600_000_000_000_000 + second * 1_000_000)
      builder.amount = Money(minorUnits: amount * 100)
      builder.set(text: Schema.Text.id, "t\(number)")
      builder.set(text: Schema.Text.account, "a")
      builder.set(text: Schema.Text.counterparty, "c\(counterparty)")
      // The longest texts that a record takes.
      for slot in Schema.commonTexts.count..<ProgramLimitTests.source.schema.texts.count {
        let end = "\(counterparty % 3)"
        let text = String(
          repeating: "x",
          count: TransactionRecord.textBytesMax - end.utf8.count
        )
        builder.set(text: slot, text + end)
      }
      var bytes: [UInt8] = []
      builder.finish(into: &bytes)
      return bytes
    }
  }

  static func isEqual(_ value: Float, _ wanted: Double) -> Bool {
    value.isNaN ? wanted.isNaN : (Double(value) - wanted).magnitude <= 1e-5 * max(1, wanted)
  }

  /// All limits of one entity at once but for the widths of the sums: as many ends of windows,
  /// columns of each sort and tracked windows as it may have.
  static let columns: [String] = (0..<WindowLayout.columnsMax).flatMap { number in
    let first = WindowLayout.offsetsMax / WindowLayout.columnsMax * number + 1
    let ends = first..<first + WindowLayout.offsetsMax / WindowLayout.columnsMax
    let others = [
      "min(amount)", "distinct(counterparty)", "decayed_count(\(number + 1)m)",
    ]
    return ends.map { "count() by account over \($0)s where amount >= \(number)" }
      + others.map { "\($0) by account over \(first)s where amount >= \(number)" }
  }

  @Test func `an entity with as many columns as it may have counts right`() throws {
    let program = try ProgramLimitTests.compile(ProgramLimitTests.columns)
    let plan = program.plans[0]
    #expect(plan.offsets.count == WindowLayout.offsetsMax)
    #expect(plan.measures.count == WindowLayout.measuresMax)
    let columns = [
      plan.values.count, plan.trees.count, plan.links.count, plan.decays.count, plan.tracked.count,
    ]
    #expect(columns.allSatisfy { $0 == WindowLayout.columnsMax })
    let each = WindowLayout.offsetsMax / WindowLayout.columnsMax
    try ProgramLimitTests.run(program) { payments, vector in
      guard let now = payments.last?.second else { return }
      var place = 0
      for least in 0..<WindowLayout.columnsMax {
        for end in 0..<each {
          let window = Int64(each * least + 1 + end)
          let found = payments.filter { $0.second > now - window && $0.amount >= least }
          #expect(vector[place] == Float(found.count), "\(least), \(window) s")
          place += 1
        }
        let window = Int64(each * least + 1)
        let found = payments.filter { $0.second > now - window && $0.amount >= least }
        let smallest = found.map(\.amount).min().map(Double.init) ?? .nan
        #expect(ProgramLimitTests.isEqual(vector[place], smallest), "\(least)")
        #expect(vector[place + 1] == Float(Set(found.map(\.counterparty)).count), "\(least)")
        let decayed = Oracle.decayed(
          found.map { (age: now - $0.second, weight: 1) },
          Double(60 * (least + 1))
        )
        #expect(ProgramLimitTests.isEqual(vector[place + 2], decayed), "\(least)")
        place += 3
      }
    }
  }

  @Test(arguments: [
    "count() by account over 9999s", "min(fee) by account over 1s",
    "count() by account over 1s where amount < 0", "distinct(counterparty) by account over 1s",
    "decayed_count(99m) by account over 1s where amount >= 1",
    "median(amount) by account over 1s where amount >= 1",
    "count() by account over 1s where activity = login",
  ])
  func `one more column of any sort is refused`(more: String) throws {
    var source = ProgramLimitTests.source
    source.schema = Schema(texts: [], numbers: [Field("fee", .money)])
    let lines = (ProgramLimitTests.columns + [more]).enumerated()
    let text = lines.map { "feature f\($0) = \($1)" }.joined(separator: "\n")
    #expect(throws: LanguageError.self) {
      try ProgramCompiler.compile(Parser.parse(text), for: source)
    }
  }

  @Test func `an entity with as many sums as it may have counts right`() throws {
    let deviations = (0..<WindowLayout.measuresMax / 3).map {
      "std(amount) by account over 5m where amount >= \($0)"
    }
    let lines = deviations + ["count() by account over 5m where amount >= 70"]
    let program = try ProgramLimitTests.compile(lines)
    #expect(program.plans[0].measures.count == WindowLayout.measuresMax)
    try ProgramLimitTests.run(program) { payments, vector in
      guard let now = payments.last?.second else { return }
      let recent = payments.filter { $0.second > now - 300 }
      for least in deviations.indices {
        let found = recent.filter { $0.amount >= least }
        let wanted = Oracle.deviation(found.map { Double($0.amount) })
        #expect(ProgramLimitTests.isEqual(vector[least], wanted), "\(least)")
      }
      #expect(vector.last == Float(recent.count { $0.amount >= 70 }))
    }
    // Beside activities the transactions alone are counted too.
    let activity = "count() by account over 5m where activity = login"
    #expect(throws: LanguageError.self) { try ProgramLimitTests.compile([activity] + lines) }
    let few = Array(lines.dropFirst(2))
    let mixed = [activity] + few + (1...4).map { "count() by account over 5m where amount < \($0)" }
    let both = try ProgramLimitTests.compile(mixed)
    #expect(both.plans[0].measures.count == WindowLayout.measuresMax)
  }

  @Test func `as many aggregates as a program may have are read, and not one more`() throws {
    let keys = ["account", "counterparty", "text0", "(text1, text2, text3)"]
    let each = ProgramCompiler.aggregatesMax / keys.count
    let lines = (1...each).map { window in
      keys.map { "count() by \($0) over \(window)s" }.joined(separator: " + ")
    }
    let program = try ProgramLimitTests.compile(lines)
    #expect(program.aggregates.count == ProgramCompiler.aggregatesMax)
    try ProgramLimitTests.run(program) { payments, vector in
      guard let last = payments.last else { return }
      for window in 1...each {
        let found = payments.filter { $0.second > last.second - Int64(window) }
        let same = found.filter { $0.counterparty == last.counterparty }.count
        let alike = found.filter { $0.counterparty % 3 == last.counterparty % 3 }.count
        #expect(vector[window - 1] == Float(found.count + same + 2 * alike), "\(window) s")
      }
    }
    #expect(throws: LanguageError.self) {
      try ProgramLimitTests.compile(lines + ["sum(amount) by account over 1s"])
    }
  }

  /// Keys of three texts each, all different.
  static let keys: [String] = (0..<12).flatMap { first in
    (0..<12).flatMap { second in
      (0..<12).compactMap { third in
        Set([first, second, third]).count < 3
          ? nil : "(text\(first), text\(second), text\(third))"
      }
    }
  }

  @Test func `as many kinds of entities as a program may have are kept, with many looks`() throws {
    let kinds = ProgramLimitTests.keys.prefix(ProgramCompiler.kindsMax)
    let lines = kinds.map { "count() by \($0) over 60s" }
    let looks = ProgramLimitTests.keys.suffix(600).map {
      "count() by \($0) as \(kinds[0]) over 60s"
    }
    let program = try ProgramLimitTests.compile(lines + looks)
    #expect(program.plans.count == kinds.count)
    #expect(program.views.count == kinds.count + looks.count)
    try ProgramLimitTests.run(program, reserve: 1 << 22, transactions: 30) { payments, vector in
      guard let last = payments.last else { return }
      let alike = payments.filter {
        $0.second > last.second - 60 && $0.counterparty % 3 == last.counterparty % 3
      }
      // All texts of a transaction are the same, so that each look finds the same entity.
      #expect(vector.allSatisfy { $0 == Float(alike.count) })
    }
    // The address space holds two programs of that size, as while windows are filled.
    let whole = Profile(program: program, source: ProgramLimitTests.source)
    _ = Profile(program: program, source: ProgramLimitTests.source, continuing: nil)
    #expect(whole.entityCount == 0)
    #expect(throws: LanguageError.self) {
      let more = ProgramLimitTests.keys[ProgramCompiler.kindsMax]
      _ = try ProgramLimitTests.compile(lines + ["count() by \(more) over 60s"])
    }
  }

  @Test func `a row of aggregates is one line of the cache`() {
    #expect(MemoryLayout<AggregatePlan>.stride == 64)
  }
}
