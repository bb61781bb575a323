import Testing

@testable import Replay

struct FeatureMatrixTests {
  @Test func `columns that are left out take their values along`() {
    var matrix = FeatureMatrix(names: ["a", "b", "c"])
    matrix.values = [1, 2, 3, 4, 5, 6]
    matrix.fraud = [0, 1]
    matrix.times = [10, 20]
    matrix.accounts = [0, 1]
    let rest = matrix.leavingOut(["b", "unknown"])
    #expect(rest.names == ["a", "c"])
    #expect(rest.values == [1, 3, 4, 6])
    #expect(rest.fraud == [0, 1] && rest.times == [10, 20] && rest.accounts == [0, 1])
    #expect(matrix.leavingOut([]).values == matrix.values)
    #expect(matrix.leavingOut(["a", "b", "c"]).values.isEmpty)
  }
}
