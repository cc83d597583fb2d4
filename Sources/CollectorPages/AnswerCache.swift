import ChartConfig
import Files

/// Answers that were made, until something is published or the config is another.
actor AnswerCache {
  private var answers: [String: (answer: Site.Answer, used: Int)] = [:]
  private var size = 0
  private var clock = 0
  private var stamp: (history: Int, config: [UInt8]?) = (-1, nil)
  /// Kept, so that no other array gets its place.
  private var texts: [Chart] = []
  private var catalog: Catalog?

  private static let most = 24 << 20
  private static let largest = 2 << 20

  func catalog(_ shelf: ConfigShelf, _ texts: [Chart], _ history: Int) -> Catalog {
    let now = (history: history, config: shelf.newest?.hash)
    // Texts that were read again are another array, whatever they say.
    if now == stamp, AnswerCache.areOne(texts, self.texts), let catalog { return catalog }
    self.texts = texts
    let catalog = Catalog(shelf, texts)
    self.catalog = catalog
    stamp = now
    answers = [:]
    size = 0
    return catalog
  }

  private static func areOne(_ a: [Chart], _ b: [Chart]) -> Bool {
    a.count == b.count && a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
  }

  func answer(_ key: String) -> Site.Answer? {
    clock += 1
    answers[key]?.used = clock
    return answers[key]?.answer
  }

  func keep(_ answer: Site.Answer, _ key: String) {
    guard answer.status == 200, answer.body.count <= AnswerCache.largest else { return }
    size += answer.body.count - (answers[key]?.answer.body.count ?? 0)
    answers[key] = (answer, clock)
    guard size > AnswerCache.most else { return }
    // The half that was asked for longest ago goes.
    for (key, each) in answers.sorted(by: { $0.value.used < $1.value.used }) where size > AnswerCache.most / 2 {
      size -= each.answer.body.count
      answers[key] = nil
    }
  }
}
