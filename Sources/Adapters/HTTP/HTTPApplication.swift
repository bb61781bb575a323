/// What an application did with a request.
package enum Reception: Sendable {
  /// The answer is written.
  case answered
  /// The answer follows through `HTTPLoop.answer`, or `expired` is called after this time.
  case later(milliseconds: Int)
  /// Somebody takes the connection over to read the body itself; the answer is not started.
  case taken(@Sendable (TakenConnection) -> Void)
  /// The head of an answer without end is written (`HTTPAnswer.startStream`); what follows comes
  /// from the streams, which take the connection over.
  case handedOver(to: StreamLoop, StreamKind, StreamToken)
}

/// What a server serves; all calls come on the thread of the loop.
package protocol HTTPApplication: AnyObject {
  /// A request is complete. What is needed later must be copied: its bytes are reused on return.
  func receive(
    _ request: borrowing HTTPRequest,
    token: RequestToken,
    answer: inout HTTPAnswer
  ) -> Reception

  /// All readable connections of this round were served: the moment to hand a batch over at once.
  func roundEnded(_ loop: HTTPLoop)

  /// Some thread called `wake`: the moment to answer what is finished.
  func woken(_ loop: HTTPLoop)

  /// A deferred request was not answered in time: the answer to give instead.
  func expired(_ token: RequestToken, answer: inout HTTPAnswer)

  /// The connection of a deferred request is gone; an answer would be ignored.
  func abandoned(_ token: RequestToken)
}
