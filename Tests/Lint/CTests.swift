import Lint
import Testing

@Suite("lint: C and C++")
struct CTests {
  @Test("constant names are found", arguments: [
    (#"void f(void) { tel_counter_inc("a/b"); }"#, ["a/b"]),
    (#"tel_counter_add("a/" "b" ":c", n);"#, ["a/b:c"]),
    (#"tel_counter_inc(("a"));"#, ["a"]),
    (#"tel_counter_inc((const char *)"a");"#, ["a"]),
    (#"tel_counter_inc(ok ? "a:yes" : "a:no");"#, ["a:yes", "a:no"]),
    (#"tel_counter_inc(a ? "x" : b ? "y" : "z");"#, ["x", "y", "z"]),
    (#"tel_counter_inc(u8"\x61\142c\u00e9");"#, ["abcé"]),
    ("#define NAME \"a/b\"\ntel_counter_inc(NAME);", ["a/b"]),
    ("#define CHART \"a/b\"\n#define NAME CHART \":c\"\ntel_counter_inc(NAME); tel_counter_inc(CHART \":d\");", ["a/b:c", "a/b:d"]),
    ("#ifdef X\n#define N \"a\"\n#else\n#define N \"b\"\n#endif\ntel_counter_inc(N);", ["a", "b"]),
    ("static const char name[] = \"a\";\nvoid f(void) { tel_counter_inc(name); }", ["a"]),
    ("static const char *const name = \"a\" \"b\";\nvoid f(void) { tel_counter_inc(name); }", ["ab"]),
    ("static const char *const table[] = {\"a\", [2] = \"b\"};\nvoid f(int i) { tel_counter_inc(table[i]); }", ["a", "b"]),
    ("void f(int k) { const char *n = \"a\"; switch (k) { case 1: n = \"b\"; break; default: n = \"c\"; } tel_counter_inc(n); }", ["a", "b", "c"]),
    ("void g(const char *n) {}\nvoid f(void) { const char *n = \"a\"; tel_counter_inc(n); }", ["a"]),
    ("TEL_INC(\"a\"); TEL_ADD(\"b\", 2); tel_histogram_named(&h, \"c\", TEL_UNIT_BYTES, NULL, 0);", ["a", "b", "c"]),
    ("tel_stack_inc(\"s\", 8); tel_stack_inc_frames(\"t\", f, 2); tel_probe_new(&p, \"u\", \"i(i)\", f, 0); tel_counter_named(\"v\");", ["s", "t", "u", "v"]),
    ("#define COUNT(n) tel_counter_inc(\"a/\" n)\nvoid f(void) { COUNT(\"b\"); COUNT(\"c\"); }", ["a/b", "a/c"]),
    ("#define ONE(n) TWO(x, n)\n#define TWO(x, n) tel_counter_add(n, x)\nvoid f(void) { ONE(\"b\"); }", ["b"]),
    ("tel_counter_inc(\"a\" /* , x */ \"b\"); // tel_counter_inc(x)\n/* tel_counter_inc(y); */ char *s = \"tel_counter_inc(z)\";", ["ab"]),
    ("tel_counter_inc(\"a\\\nb\");", ["ab"]),
    ("static const char *name_of(int k) { if (k) return \"a\"; return k ? \"b\" : \"c\"; }\nvoid f(int k) { tel_counter_inc(name_of(k)); }", ["a", "b", "c"]),
    ("static void hit(int i, const char *n);\nstatic void hit(int i, const char *n) { tel_counter_add(n, i); }\nstatic void both(const char *n) { hit(1, n); }\nvoid f(void) { hit(1, \"a\"); both(\"b\"); }", ["a", "b"]),
    ("static int hit(const char *n) { tel_counter_inc(n); return 0; }\n#define HIT(x, n) x = hit(\"a/\" n)\nvoid f(void) { HIT(y, \"b\"); HIT(z, \"c\"); }", ["a/b", "a/c"]),
    ("#define N(x) \"a/\" x\n#define M(x) N(x) \":y\"\nvoid f(void) { tel_counter_inc(M(\"b\")); }", ["a/b:y"]),
  ])
  func constants(_ text: String, _ expected: [String]) {
    #expect(findings(.c, text) == [])
    #expect(names(.c, text) == expected)
  }

  @Test("names of C++ are found", arguments: [
    (#"static const tel::histogram latency("a/b");"#, ["a/b"]),
    (#"tel::timer t{tel::histogram("a")};"#, ["a"]),
    (#"tel_counter_inc(R"(a\b)");"#, ["a\\b"]),
    ("constexpr std::string_view name = \"a\";\nvoid f() { tel_counter_inc(name.data()); }", ["a"]),
    ("namespace names { constexpr char open[] = \"a\"; }\nvoid f() { tel_counter_inc(names::open); }", ["a"]),
    ("void f() { tel_counter_inc((std::string(\"a/\") + \"b\").c_str()); }", ["a/b"]),
    ("void f() { for (const char *n : {\"a\", \"b\"}) tel_counter_inc(n); }", ["a", "b"]),
  ])
  func constantsOfCPlusPlus(_ text: String, _ expected: [String]) {
    #expect(findings(.cPlusPlus, text) == [])
    #expect(names(.cPlusPlus, text) == expected)
  }

  @Test("what is not constant is reported where it stands", arguments: [
    ("void f(const char *n) {\n    tel_counter_inc(n);\n}", ["2:21 dynamic "]),
    ("void f(void) {\n\ttel_counter_add(argv[1], 1);\n}", ["2:18 dynamic "]),
    ("void f(void) { char n[64]; snprintf(n, sizeof n, \"a:%s\", x); tel_counter_inc(n); }", ["1:78 dynamic "]),
    ("const char *g(char *x) { if (x) return \"a\"; return x; }\nvoid f(void) { tel_counter_inc(g(0)); }", ["2:32 dynamic "]),
    ("#define N(x) \"a/\" #x\nvoid f(char *x) { tel_counter_inc(N(x)); }", ["2:35 dynamic a/"]),
    ("static void hit(const char *n) { tel_counter_inc(n); }\nvoid f(char *x) { hit(x); hit(\"a b\"); }", ["2:23 dynamic ", "2:31 name a b"]),
    ("static void hit(const char *n) { n = g(); tel_counter_inc(n); }\nvoid f(void) { hit(\"a\"); }", ["1:59 dynamic "]),
    ("static void hit(const char *n) { tel_counter_inc(n); }\nvoid f(void) { each(hit); }", ["1:50 dynamic "]),
    ("static void hit(const char *n) { hit(n); tel_counter_inc(n); }", []),
    ("static int hit(const char *n) { tel_counter_inc(n); return 0; }\n#define HIT(n) hit(n)\nvoid f(char *x) { HIT(x); }", ["3:23 dynamic "]),
    ("const char *g(int x) { return g(x); }\nvoid f(void) { tel_counter_inc(g(0)); }", ["2:32 dynamic "]),
    ("void f(void) { tel_counter_inc(getenv(\"HOME\")); }", ["1:32 dynamic "]),
    ("void f(void) { tel_counter_inc(ok ? \"a\" : x->name); }", ["1:32 dynamic "]),
    ("void f(void) { const char *n = \"a\"; n = g(); tel_counter_inc(n); }", ["1:62 dynamic "]),
    ("void f(void) { char n[] = \"a\"; g(&n); tel_counter_inc(n); }", ["1:55 dynamic "]),
    ("static const char *n = \"a\";\nvoid g(char *x) { n = x; }\nvoid f(void) { tel_counter_inc(n); }", ["3:32 dynamic "]),
    ("#define COUNT(n) tel_counter_inc(n)\nvoid f(char *x) { COUNT(x); }", ["2:25 dynamic "]),
    ("void f(char *x) { tel_counter_inc(\"a/b:\" PRIu64); }", ["1:35 dynamic a/b:"]),
    ("void f(char *x) { tel_counter_inc(\"é\"), tel_counter_inc(x); }", ["1:57 dynamic "]),
    ("void f(void) { const char *a = b, *b = a; tel_counter_inc(a); }", ["1:59 dynamic "]),
    ("void f(const char *n) { tel_counter_named_bytes(n, 3); tel_stack_inc(n, 1); }", ["1:49 dynamic ", "1:70 dynamic "]),
  ])
  func dynamic(_ text: String, _ expected: [String]) { #expect(findings(.c, text) == expected) }

  @Test("of C++, too")
  func dynamicInCPlusPlus() {
    #expect(findings(.cPlusPlus, "void f(std::string n) { tel_counter_inc((\"a/\" + n).c_str()); tel::histogram h(n.c_str()); }") == ["1:41 dynamic a/", "1:79 dynamic "])
  }

  @Test("declarations are no calls, and reading a name tells nothing", arguments: [
    "TEL_API void tel_counter_inc(const char *name);", "void tel_counter_add(const char *name, uint64_t n) {}",
    "void f(const char *n) { uint64_t v; tel_counter_read(n, &v); }", "x = &tel_counter_inc;", "object.tel_counter_inc(n);",
  ])
  func noCalls(_ text: String) { #expect(findings(.c, text) == []) }

  @Test("names that break the rules are reported", arguments: [
    ("tel_counter_inc(\"\");", ["1:17 name "]), ("tel_counter_inc(\"a b\");", ["1:17 name a b"]), ("tel_counter_inc(\"a:b:c\");", ["1:17 name a:b:c"]),
    ("tel_counter_inc(\"a\\n\");", ["1:17 name a\n"]), ("tel_counter_read(\"a b\", &v);", ["1:18 name a b"]),
    ("tel_histogram_named(&h, \"a:b\", 0, NULL, 0);", ["1:25 name a:b"]), ("tel_counter_named_bytes(\"a b\", 3);", []), ("tel_options_of(\"a:b\", 0);", ["1:16 name a:b"]),
  ])
  func rules(_ text: String, _ expected: [String]) { #expect(findings(.c, text) == expected) }
}
