import Testing

@testable import Delivery

@Suite("Answers")
struct AnswerTests {
  @Test("say nothing but their code unless told")
  func plain() {
    let answer = Answer(code: 204)
    #expect(answer.retryAfter == 0 && answer.tag.isEmpty && answer.location.isEmpty && answer.body.isEmpty)
  }
}
