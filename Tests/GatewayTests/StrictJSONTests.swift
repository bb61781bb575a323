import Testing

@testable import Gateway

struct StrictJSONTests {
  @Test(arguments: [
    "", "[1]", "1", "null", "{", "{}x", "{\"a\":1,}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}",
    "{\"a\":1.}", "{\"a\":NaN}", "{\"a\":Infinity}", "{'a':1}", "{a:1}", "{\"a\":\"\t\"}",
    "{\"a\":\"\\x\"}", "{\"a\":\"\\ud800\"}", "{\"a\":1 \"b\":2}", "{\"a\"}", "{\"a\":1}//",
    "{\"a\":tru}",
    "{\"a\":1e}", "{\"a\":-}", "\u{FEFF}\u{FEFF}{}", "{\"a\":0x1}", "{\"a\":\"\u{0}\"}",
    String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 40),
  ])
  func `what is no JSON object has no fields`(text: String) {
    #expect(StrictJSON.object(Array(text.utf8), bytesMax: 1024) == nil)
  }

  @Test func `nor has what is not UTF-8, or ends early`() {
    #expect(
      StrictJSON.object(Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8), bytesMax: 99) == nil
    )
    #expect(StrictJSON.object(Array("{\"a\":1}".utf8) + [0], bytesMax: 99) == nil)
  }

  @Test(arguments: [
    "{\"a\":\"x\\u0000é\"}", "\u{FEFF}{\"a\":\"x\\u0000é\"}",
    " \r\n{\"b\":{},\"a\":\"x\\u0000\\u00e9\"}\n",
  ])
  func `a JSON object has its fields`(text: String) {
    let fields = StrictJSON.object(Array(text.utf8), bytesMax: 1024)
    #expect(fields?["a"] as? String == "x\u{0}é")
  }
}
