import TestSupport
import Testing

@testable import ChartConfig

@Suite("Reading a chart config")
struct RecordsTests {
  private func chart(_ counter: String) -> Chart? { Written.source(Written.chart(counter)).charts.first }

  @Test("a record without a mistake has its values, and no problem")
  func sound() throws {
    let text = """
      # A comment, and an empty line.

      title: Formats # why these
      counter: paint/open:{png,svg}
      description: a: b, with a colon
      type: partition
      issue: https://example.com/1
      issue: https://example.com/2 # more buckets
      program: example.com/m/cmd/paint
      module: example.com/m
      version: v1.2.0
      ---
      ---

      """
    let source = Written.source(text)
    #expect(source.problems.list == [])
    let chart = try #require(source.charts.first)
    #expect(source.charts.count == 1)
    #expect(chart.title.string == "Formats" && chart.description.string == "a: b, with a colon")
    #expect(chart.issues.map(\.string) == ["https://example.com/1", "https://example.com/2"])
    #expect(chart.counters.map(\.string) == ["paint/open:png", "paint/open:svg"])
    #expect(chart.module.string == "example.com/m" && chart.version.string == "v1.2.0")
  }

  @Test("buckets may stand in lines of their own, with comments")
  func lines() {
    let source = Written.source(Written.chart("c:{\n  a, # one\n\tb,\n  # none\n  c\n}"))
    #expect(source.problems.list == [])
    #expect(source.charts.first?.counter.string == "c:{a,b,c}")
  }

  @Test(
    "a counter is built as it is written",
    arguments: ["c", "c/d", "c/d:e", "c:{a}", "c:{a,b}", "go/flag:{buildmode}", "l:{<10ms,>=10ms}", "c:{1.2,x_y,z+}"])
  func counters(_ text: String) {
    #expect(Written.problems(Written.chart(text)) == [])
    #expect(chart(text)?.counter.string == text)
  }

  @Test("the files of other systems are read: CRLF, a byte order mark, no line feed at the end")
  func otherSystems() {
    let text = Written.chart("c:{\na,\nb}")
    let windows = text.split(separator: "\n").joined(separator: "\r\n")
    for text in [windows, windows + "\r\n---\r\n", "\u{feff}" + text, String(text.dropLast())] {
      #expect(Written.problems(text) == [])
      #expect(Written.source(text).charts.first?.counter.string == "c:{a,b}")
    }
  }

  @Test(
    "a slip in the lines is told where it is",
    arguments: [
      ("title\n", "1:1: a line is \"key: value\", \"---\" or a comment"),
      (" title: x\n", "1:1: a key begins in the first column"),
      ("Title: x\n", "1:1: there is no key \"Title\""),
      ("title : x\n", "1:1: there is no key \"title \""),
      ("titel: x\n", "1:1: there is no key \"titel\""),
      ("title:\n", "1:7: title has no value"),
      ("title:  # later\n", "1:7: title has no value"),
      ("title: a\ntitle: b\n", "2:1: title is set twice in this record, the first time in line 1"),
      ("title: a{b}\n", "1:9: braces are for the buckets of a counter, and nothing else"),
      ("counter: a}\n", "1:11: this } closes nothing"),
      ("----\n", "1:1: a line is \"key: value\", \"---\" or a comment"),
      ("title: a\u{1}b\n", "1:9: this is no printable text in UTF-8"),
      ("title: a\u{202e}b\n", "1:9: this is no printable text in UTF-8"),
      ("issue: x/1#2\n", "1:11: what is behind # is a comment, even inside a word"),
    ])
  func slips(text: String, problem: String) {
    #expect(Written.problems(text).contains(problem), "\(Written.problems(text))")
  }

  @Test(
    "a slip in braces is told where it is",
    arguments: [
      ("c:{a,}", "2:14: there is no bucket between this comma and the }"),
      ("c:{a,,b}", "2:15: there is no bucket before this comma"),
      ("c:{}", "2:12: there is no bucket in these braces"),
      ("c:{a,b", "2:12: this brace is not closed before the record ends"),
      ("c:{a{b}", "2:14: there is a brace inside the braces"),
      ("c:{a}b", "2:15: nothing may be behind the closing brace"),
      ("c{a}", "2:10: a colon is missing between the chart and its buckets"),
      ("{a,b}", "2:10: a colon is missing between the chart and its buckets"),
      (":{a,b}", "2:10: the counter has no name before its colon"),
      ("c:{a\nb}", "3:1: a comma is missing between \"a\" and \"b\""),
      ("c:{a b}", "2:14: a bucket's name has no blanks"),
      ("c:{a,b,a}", "2:17: the bucket \"a\" is there twice"),
      ("c:{a:b}", "2:13: a bucket's name has no colon"),
      ("c:d:{a}", "2:11: a counter has at most one colon"),
      ("c:", "2:12: the bucket has no name"),
      ("c d", "2:11: a counter's name has no blanks"),
      ("c,d", "2:10: a comma outside braces"),
    ])
  func braces(counter: String, problem: String) {
    let problems = Written.problems(Written.chart(counter))
    #expect(problems.contains(problem), "\(problems)")
  }

  @Test("a word that is nearly a key gets the key for a hint")
  func hints() {
    for (word, key) in [("titel", "title"), ("versions-flie", "versions-file"), ("Issue", "issue"), ("sample_rate", "sample-rate"), ("programm", "program")] {
      #expect(Written.source("\(word): x\n").problems.list.first?.hint == "did you mean \(key)?")
    }
    #expect(Written.source("colour: x\n").problems.list.first?.hint.hasPrefix("the keys are title, counter") == true)
  }

  @Test("text that is no UTF-8, too long lines and too large files are refused, not guessed at")
  func limits() {
    #expect(ConfigSource([SourceFile(name: "f", text: "title: ".bytes + [0xff] + "\n".bytes)]).problems.list.first?.position.column == 8)
    #expect(Written.problems("title: " + String(repeating: "x", count: 4096)).first == "1:1: the line has 4,103 bytes; at most 4,096 are allowed")
    #expect(Written.problems(String(repeating: "#\n", count: 600_000)).first == "1:1: the file is too large: 1,200,000 bytes, at most 1,048,576 are read")
    let many = Written.source(String(repeating: "x: y\n---\n", count: 500)).problems
    #expect(many.list.count == Problems.limit && many.errors == 500 && many.more == 300)
    let records = Written.problems(String(repeating: "title: x\n---\n", count: 10_001))
    #expect(records.count == Problems.limit)
    #expect(Written.problems(Written.chart("c:{" + (0..<1001).map { "b\($0)" }.joined(separator: ",\n") + "}")) == ["2:12: 1,001 buckets; at most 1,000 are allowed in one chart"])
    #expect(Written.problems(Written.chart() + String(repeating: "issue: x\n", count: 2000)) == ["1001:1: a record has at most 1,000 lines"])
  }

  @Test("the time that a text takes grows with its length, whatever is in it", .timeLimit(.minutes(1)))
  func time() {
    let hostile = [
      "counter: c:{\n" + String(repeating: "b,\n", count: 300_000), String(repeating: "issue: x\n", count: 100_000),
      String(repeating: "issue: x\n", count: 50_000) + String(repeating: "title: x\n", count: 50_000), "counter: c:{" + String(repeating: "{\n", count: 400_000),
      String(repeating: "-\n", count: 500_000),
    ]
    for text in hostile { #expect(!Written.problems(text).isEmpty) }
  }
}
