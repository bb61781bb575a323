import HTTP
import Intake

// Bodies that a client has packed: gzip is taken, with the bounds of what is not packed.
extension Gateway {
  /// Serves a request by its route, with its body unpacked.
  func serve(
    _ request: borrowing HTTPRequest,
    _ endpoint: Endpoint,
    _ token: RequestToken,
    _ segments: PathSegments,
    _ answer: inout HTTPAnswer
  ) -> Reception {
    let coding = request.header("Content-Encoding")?.lowercased() ?? ""
    if coding.isEmpty || coding == "identity" {
      return endpoint.serve(self, request, token, segments, &answer)
    }
    guard coding == "gzip" || coding == "x-gzip" else {
      answer.start(415)
      answer.header("Accept-Encoding", "gzip")
      answer.appendFailure("Unsupported media type", "Content-Encoding is gzip, or absent")
      return .answered
    }
    let unpacked: Result<[UInt8], Gzip.Failure>? = request.withBody { body in
      // Routes that read their bodies themselves unpack files.
      guard body.byteCount > 0 else { return nil }
      do throws(Gzip.Failure) {
        return .success(try Gzip.unpacked(body, bytesMax: TransactionDecoder.bodyBytesMax))
      } catch {
        return .failure(error)
      }
    }
    switch unpacked {
    case nil: return endpoint.serve(self, request, token, segments, &answer)
    case .success(let body):
      return request.withBody(replacedBy: body + [UInt8](repeating: 0, count: JSONReader.padding)) {
        endpoint.serve(self, $0, token, segments, &answer)
      }
    case .failure(.damaged):
      answer.fail(400, "malformed", "The body is not gzip, as Content-Encoding says, or cut off")
    case .failure(.tooLarge):
      answer.fail(
        413,
        "too_large",
        "The body unpacks to more than 16 MiB, or to more than 200 times its size"
      )
    }
    return .answered
  }
}
