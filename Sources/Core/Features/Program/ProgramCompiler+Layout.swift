import Language

extension ProgramCompiler {
  /// Lets features stand side by side, and conditions too, so that a decision takes each in one
  /// sweep.
  ///
  /// A value moves to its place where nothing holds it elsewhere; constants, the parts of places
  /// and values that have two names are copied there.
  mutating func placeOutputs() throws(LanguageError) {
    let count = features.count + conditions.count
    // A sweep may read a few registers beyond the last.
    guard registerCount + count + Registers.sweep <= 1 << 16 else {
      throw LanguageError("the program is too large", at: Location(line: 1, column: 1))
    }
    var held = Set(constants.map(\.register))
    for operation in stages.joined() where operation.code == .distance {
      held.formUnion([operation.destination, operation.destination + 1])
    }
    featureStart = UInt16(registerCount)
    conditionStart = featureStart + UInt16(features.count)
    registerCount += count
    var places: [UInt16: UInt16] = [:]
    var copies: [(from: UInt16, to: UInt16, stage: Int)] = []
    let outputs = zip(features.map(\.register) + conditions.map(\.register), outputStages)
    for (number, (register, stage)) in outputs.enumerated() {
      let place = featureStart + UInt16(number)
      if held.contains(register) {
        copies.append((register, place, stage))
      } else {
        places[register] = place
        held.insert(register)
      }
    }
    move { places[$0] ?? $0 }
    for copy in copies {
      let source = places[copy.from] ?? copy.from
      append(Operation(code: .otherwise, a: source, b: source, destination: copy.to), copy.stage)
    }
  }

  private mutating func move(_ place: (UInt16) -> UInt16) {
    for stage in stages.indices { stages[stage] = stages[stage].map { $0.moved(place) } }
    settled = settled.map { $0.moved(place) }
    for number in drafts.indices { drafts[number].destination = place(drafts[number].destination) }
    for number in filters.indices {
      if case .transaction(let register) = filters[number].domain {
        filters[number].domain = .transaction(register: place(register))
      }
    }
    for number in features.indices { features[number].register = place(features[number].register) }
    for number in conditions.indices {
      conditions[number].register = place(conditions[number].register)
      for operand in conditions[number].operands.indices {
        conditions[number].operands[operand].register =
          place(conditions[number].operands[operand].register)
      }
      for operand in conditions[number].pieceOperands.indices {
        conditions[number].pieceOperands[operand].register =
          place(conditions[number].pieceOperands[operand].register)
      }
    }
  }

  /// The operations of a stage in an order in which those of one sort stand in a row.
  ///
  /// Each register is written once, but for the places of `distance`; an operation comes behind
  /// all that write what it reads.
  static func grouped(_ stage: [Operation]) -> [Operation] {
    var written: [UInt16: Int] = [:]
    var keyed: [(step: Int, code: UInt8, operation: Operation)] = []
    for operation in stage {
      let step = operation.registersRead.reduce(0) { max($0, written[$1, default: 0]) }
      written[operation.destination] = step + 1
      keyed.append((step, operation.code.rawValue, operation))
    }
    // Stable: those of one step and sort do not read one another.
    return keyed.enumerated()
      .sorted { ($0.1.step, $0.1.code, $0.0) < ($1.1.step, $1.1.code, $1.0) }
      .map { $0.1.operation }
  }
}

extension Operation {
  /// The registers whose values it takes.
  fileprivate var registersRead: [UInt16] {
    switch code {
    case .amount, .number, .textIsConstant, .textIsText, .textIsPresent: []
    case .hour, .weekday, .weekend, .night, .dayOfMonth: []
    case .money: [b]
    case .distance: [a, b, destination, destination + 1]
    case .negate, .not, .absolute, .squareRoot, .logarithm, .exponential, .roundDown, .isMissing:
      [a]
    case .add, .subtract, .multiply, .divide, .and, .or, .equal, .notEqual, .less, .lessOrEqual,
      .otherwise, .least, .greatest:
      [a, b]
    }
  }

  /// The same with registers that have moved.
  fileprivate func moved(_ place: (UInt16) -> UInt16) -> Operation {
    var moved = self
    let read = registersRead
    moved.destination = place(destination)
    if code == .money {
      moved.b = place(b)
    } else if !read.isEmpty {
      moved.a = place(a)
      moved.b = read.count > 1 ? place(b) : b
    }
    return moved
  }
}
