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

  @Test func `rows of which nothing is known yet are left out, the others stay as they were`() {
    var matrix = FeatureMatrix(names: ["a", "b"])
    matrix.values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    matrix.fraud = [0, 0, 1, 0, 0]
    // The first is as old as the maturity, the second one younger, the fourth was declined.
    matrix.times = [0, 1, 2, 0, 10]
    matrix.knowledge = [.silent, .silent, .labelled, .declined, .silent]
    matrix.accounts = [5, 6, 7, 8, 9]
    #expect(matrix.leaveOutUnknown(maturity: 10) == 3)
    #expect(matrix.values == [1, 2, 5, 6])
    #expect(matrix.fraud == [0, 1] && matrix.times == [0, 2] && matrix.accounts == [5, 7])
    #expect(matrix.knowledge == [.silent, .labelled])
    #expect(matrix.leaveOutUnknown(maturity: 0) == 0)
  }
}
