import Files
import TestSupport
import Testing

@testable import Probes

/// What is wrong with it; "" if nothing is.
private func problem(_ text: String) -> String {
  do throws(Fault) {
    _ = try Signature(text.bytes)
    return ""
  } catch {
    return error.message.string
  }
}

@Suite("Signatures")
struct SignatureTests {
  @Test("have the letters of Python's struct module", arguments: ["v()", "i(PP)", "c(bBhHiIlLqQnN?fdgP)", "Zd(ZfZdZg)", "i(3d2P)", "i(P...)", "v(...)"])
  func letters(_ text: String) throws {
    let signature = try Signature(text.bytes)
    #expect(signature.text.string == text)
    #expect(signature.isVariadic == text.contains("..."))
    #expect(signature.values == nil)
  }

  @Test("have structures by value, with arrays in them", arguments: ["T{ii}(T{dd})", "v(T{4cT{2T{hi}P}})", "T{4096c}()", "v(3T{if})"])
  func structures(_ text: String) throws {
    #expect(try Signature(text.bytes).text.string == text)
  }

  @Test("say what is returned, as far as success can be told from failure")
  func results() throws {
    func result(_ text: String) throws -> Signature.Result { try Signature("\(text)()".bytes).result }
    #expect(try result("v") == .void)
    #expect(try result("b") == .integer(1, signed: true))
    #expect(try result("H") == .integer(2, signed: false))
    #expect(try result("n") == .integer(8, signed: true))
    #expect(try result("?") == .bool)
    #expect(try result("P") == .pointer)
    #expect(try result("f") == .float)
    #expect(try result("g") == .longDouble)
    #expect(try result("Zd") == .compound)
    #expect(try result("T{i}") == .compound)
  }

  @Test("name values of the result, which are not for those who make functions")
  func values() throws {
    let signature = try Signature("i{0=ok,-101=done_2,*=error}(P)".bytes)
    #expect(signature.text.string == "i(P)")
    #expect(signature.values == [.init(value: 0, bucket: "ok".bytes), .init(value: 0 &- 101, bucket: "done_2".bytes)])
    #expect(signature.others == "error".bytes)
    #expect(try Signature("Q{18446744073709551615=most}()".bytes).values?.first?.value == .max)
    #expect(try Signature("q{-9223372036854775808=least}()".bytes).values?.first?.value == 1 << 63)
    #expect(try Signature("b{-128=least,127=most}()".bytes).values?.count == 2)
    #expect(try Signature("i{*=any}()".bytes).values == [])
  }

  @Test(
    "are wrong at a position, and say why",
    arguments: [
      ("", 1, "a type is expected, and not the end"),
      ("i", 2, "\"(\" is expected after the result, and not the end"),
      ("i(PPx)", 5, "\"x\" is no type; those are c b B h H i I l L q Q n N ? f d g P, Zf Zd Zg and T{...}"),
      ("i(P", 4, "the arguments have no end, \")\""),
      ("i(P)P", 5, "nothing may follow the arguments, and \"P\" does"),
      ("i(v)", 3, "\"v\" is a result only; \"()\" is without arguments"),
      ("2i()", 1, "one result is returned, without a number before it"),
      ("i(0i)", 3, "there is no array of none"),
      ("i(128i)", 3, "more than 127 arguments are too many"),
      ("i(99999999999999999999999i)", 3, "more than 4096 are too many"),
      ("i(3)", 4, "\")\" is no type; those are c b B h H i I l L q Q n N ? f d g P, Zf Zd Zg and T{...}"),
      ("i(P..)", 6, "\".\" is expected in \"...\", and not \")\""),
      ("i(P...P)", 7, "\"...\" is the last of the arguments, and not followed by \"P\""),
      ("Zi()", 2, "\"Z\" is followed by f, d or g, and not by \"i\""),
      ("Ti()", 2, "\"{\" is expected after \"T\", and not \"i\""),
      ("T{}()", 3, "a structure has members"),
      ("T{iT{d}", 8, "the structure has no end, \"}\""),
      ("v(64T{65c})", 3, "arguments and members are more than 4096"),
      ("i {0=ok}()", 2, "\"(\" is expected after the result, and not \" \""),
      ("P{0=no}()", 2, "a list of values is for results that are integers"),
      ("T{i}{0=no}()", 5, "a list of values is for results that are integers"),
      ("i{}()", 3, "a whole number or \"*\" is expected, and not \"}\""),
      ("i{0}()", 4, "\"=\" is expected after a value, and not \"}\""),
      ("i{0=}()", 5, "a bucket's name is expected, of letters, digits, \"_\", \"-\", \".\" and \"+\", and not \"}\""),
      ("i{0=a:b}()", 6, "\",\" or \"}\" is expected after a bucket's name, and not \":\""),
      ("i{0=a,}()", 7, "a whole number or \"*\" is expected, and not \"}\""),
      ("i{1=a,1=b}()", 7, "the value is in the list twice"),
      ("i{*=a,*=b}()", 7, "\"*\" is in the list twice"),
      ("b{128=a}()", 3, "the function cannot return this value"),
      ("I{-1=a}()", 3, "the function cannot return this value"),
      ("Q{18446744073709551616=a}()", 3, "the function cannot return this value"),
      ("q{-9223372036854775809=a}()", 3, "the function cannot return this value"),
    ])
  func wrong(_ text: String, _ position: Int, _ why: String) {
    #expect(problem(text) == "the signature is wrong at position \(position): \(why)")
  }

  @Test("are no deeper and no longer than stacks bear")
  func bounded() {
    let deep = String(repeating: "T{", count: 17) + "i" + String(repeating: "}", count: 17) + "()"
    #expect(problem(deep) == "the signature is wrong at position 33: structures are within 15 others at most")
    #expect(problem("i(" + String(repeating: " ", count: 5000)) == "the signature is longer than 4096 bytes")
    #expect(problem("i{" + (0...64).map { "\($0)=a" }.joined(separator: ",") + "}()").hasSuffix("more than 64 values are too many"))
  }
}

@Suite("What a probe counts")
struct PlanTests {
  private func problem(_ name: String, _ signature: String, _ flags: UInt32) -> String {
    do throws(Fault) {
      _ = try Plan(name.bytes, signature.bytes, flags: .init(rawValue: flags))
      return ""
    } catch {
      return error.message.string
    }
  }

  @Test("is its calls, in any counter")
  func calls() {
    #expect(problem("app/sort:compare", "i(PP)", 0) == "")
    #expect(problem("app/print", "i(P...)", 0) == "")
    #expect(problem("a b", "i(PP)", 0) == "\"a b\" is no name for a counter: it has white space or a control character")
  }

  @Test("is more in a chart only")
  func charts() {
    #expect(problem("app/read", "n(iPN)", 7) == "")
    #expect(problem("app:read", "n(iPN)", 1) == "the probe \"app:read\" counts more than calls: its name is that of a chart, without \":\"")
    #expect(problem("app/read", "n(iPN)", 8) == "tel_probe_new does not know the flags 8")
  }

  @Test("is a result where there is one")
  func results() {
    #expect(problem("a", "v()", 2).hasPrefix("the function returns nothing"))
    #expect(problem("a", "v()", 4).hasPrefix("the function returns nothing"))
    #expect(problem("a", "v()", 1) == "")
    #expect(problem("a", "T{i}()", 2).hasPrefix("a structure"))
    #expect(problem("a", "i(...)", 2).hasPrefix("a function with \"...\""))
    #expect(problem("a", "i{0=ok}()", 1).hasPrefix("the signature lists values"))
  }
}
