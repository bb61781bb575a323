import Engine
import Models
import Payments
import Testing

struct ControlEntryTests {
  private func model(_ link: ScoreLink) -> ControlEntry.Model {
    ControlEntry.Model(
      source: 3,
      name: "card-1",
      digest: String(repeating: "ab", count: 32),
      baseMarginBits: 0x8000_0000,
      featureSet: 0xF00D,
      link: link
    )
  }

  @Test(arguments: ScoreLink.allCases)
  func `a model's entry reads back what it wrote`(link: ScoreLink) throws {
    #expect(try ControlEntry.Model(model(link).encoded) == model(link))
  }

  @Test func `an entry of boosted trees has the bytes it always had, and says nothing of a link`() {
    #expect(model(.share).encoded.count == model(.logistic).encoded.count + 1)
    #expect(model(.share).encoded.dropLast() == model(.logistic).encoded[...])
    #expect(model(.logistic).fingerprint != model(.share).fingerprint)
  }

  @Test func `an unknown link is refused`() {
    let bytes = model(.logistic).encoded + [9]
    #expect(throws: DecodingFailure.self) { try ControlEntry.Model(bytes) }
  }
}
