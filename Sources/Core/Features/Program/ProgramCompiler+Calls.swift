import Language
import Payments

extension ProgramCompiler {
  mutating func call(
    _ name: String,
    _ arguments: [Expression],
    _ place: Location
  ) throws(LanguageError) -> Value {
    func expect(_ count: Int) throws(LanguageError) {
      guard arguments.count == count else {
        throw LanguageError(
          "\(name) takes \(count) argument\(count == 1 ? "" : "s"), \(arguments.count) given",
          at: place
        )
      }
    }
    if let (code, type) = ProgramCompiler.calendar[name] {
      try expect(0)
      return try emit(code, 0, 0, type, 0, place).measured(in: .plain)
    }
    if name == "present" {
      try expect(1)
      guard let slot = textSlot(arguments[0]) else {
        throw LanguageError(
          "present takes a text field",
          at: arguments[0].location ?? place,
          hint: "for a number there is 'not missing(...)'"
        )
      }
      return try emit(.textIsPresent, UInt16(slot), 0, .truth, 0, place)
    }
    if name == "distance" {
      try expect(4)
      return try distance(arguments, place)
    }
    guard let (code, count) = ProgramCompiler.functions[name] else {
      let close = ProgramCompiler.functionNames.first { $0.editDistance(to: name) <= 2 }
      throw LanguageError(
        "unknown function '\(name)'",
        at: place,
        hint: close.map { "did you mean '\($0)'?" }
          ?? "known: " + ProgramCompiler.functionNames.joined(separator: ", ")
      )
    }
    try expect(count)
    let a = try compile(arguments[0])
    try self.expect(.number, a, arguments[0].location ?? place)
    guard count == 2 else {
      var value = try emit(code, a, nil, code == .isMissing ? .truth : .number, place)
      if code == .absolute || code == .roundDown { value.unit = a.unit }
      return value
    }
    let b = try compile(arguments[1])
    try self.expect(.number, b, arguments[1].location ?? place)
    let unit = try shared(a, b, "\(name): these do not go together", place)
    var value = try emit(code, a, b, .number, place)
    value.unit = unit
    return value
  }

  /// The distance between two places, each a latitude and a longitude in degrees.
  private mutating func distance(
    _ arguments: [Expression],
    _ place: Location
  ) throws(LanguageError) -> Value {
    var values: [Value] = []
    for argument in arguments {
      let value = try compile(argument)
      try expect(.number, value, argument.location ?? place)
      values.append(value)
    }
    // The second place goes into two registers that stand side by side.
    let stage = values.map(\.stage).max() ?? 0
    let latitude = values[2].register
    let first = try emit(.otherwise, latitude, latitude, .number, stage, place)
    let longitude = values[3].register
    _ = try emit(.otherwise, longitude, longitude, .number, stage, place)
    append(
      Operation(
        code: .distance,
        a: values[0].register,
        b: values[1].register,
        destination: first.register
      ),
      stage
    )
    return first.measured(in: .plain)
  }
}
