import Stacks
import Testing

private func tidy(_ symbol: String, _ demangled: String? = nil) -> String {
  String(decoding: FunctionName.tidy(Array(symbol.utf8), demangled: { _ in demangled.map { Array($0.utf8) } }), as: UTF8.self)
}

@Suite("Names of functions")
struct FunctionNameTests {
  @Test("C++ is without arguments, results and template arguments", arguments: [
    ("foo(int, char const*)", "foo"),
    ("ns::Class::method(std::string const&) const", "ns::Class::method"),
    ("void ns::List<std::pair<int, char> >::add<long>(long&&) const &", "ns::List[]::add[]"),
    ("(anonymous namespace)::hidden()", "{anonymous}::hidden"),
    ("outer(std::string, void (*)(int))::{lambda(int)#1}::operator()(int) const", "outer::{lambda#1}::operator()"),
    ("ns::operator<<(std::ostream&, int)", "ns::operator<<"),
    ("std::ostream& operator<< <char>(std::ostream&, char)", "operator<<[]"),
    ("bool operator< <int>(A<int> const&)", "operator<[]"),
    ("A::operator+(A const&)", "A::operator+"),
    ("A::operator->() const", "A::operator->"),
    ("A::operator bool() const", "A::operator_bool"),
    ("A::operator std::vector<int>() const", "A::operator_std::vector[]"),
    ("operator new[](unsigned long)", "operator_new[]"),
    ("operator delete(void*)", "operator_delete"),
    ("std::function<void (int)>::operator()(int) const", "std::function[]::operator()"),
    ("non-virtual thunk to A::f()", "A::f"),
    ("A::f[abi:cxx11](int)", "A::f"),
    ("S<&(ns::operator<(int, int))>::f()", "S[]::f"),
  ])
  func itanium(_ demangled: String, _ wanted: String) { #expect(tidy("_Z1f", demangled) == wanted) }

  @Test("Rust's older names are without hashes and signs", arguments: [
    ("core::fmt::write::h0123456789abcdef", "core::fmt::write"),
    ("editor::main::{{closure}}::h0123456789abcdef", "editor::main::{{closure}}"),
    ("alloc..vec..Vec$LT$T$GT$::push::h0123456789abcdef", "alloc::vec::Vec[]::push"),
  ])
  func rust(_ demangled: String, _ wanted: String) { #expect(tidy("_ZN1f", demangled) == wanted) }

  @Test("Swift has one separator and no types", arguments: [
    ("Module.run() -> ()", "Module::run"),
    ("static Module.Type.make<A>(of: A) -> Module.Type", "Module::Type::make[]"),
    ("closure #1 (Swift.Int) -> () in Module.run() -> ()", "Module::run::{closure#1}"),
    ("closure #2 () -> () in closure #1 () -> () in Module.run() -> ()", "Module::run::{closure#1}::{closure#2}"),
    ("partial apply forwarder for closure #1 () -> () in Module.run() -> ()", "Module::run::{closure#1}"),
    ("Module.Type.value.getter : Swift.Int", "Module::Type::value::getter"),
    ("(extension in Module):Swift.Array.halved() -> [A]", "Swift::Array::halved"),
    ("Module.(hidden in _0123ABC)(x: Swift.Int) -> ()", "Module::hidden"),
  ])
  func swift(_ demangled: String, _ wanted: String) { #expect(tidy("$s1f", demangled) == wanted) }

  @Test("what a compiler did is in brackets", arguments: [
    ("sum.cold", "sum[cold]"), ("sum.constprop.0", "sum[constprop]"), ("sum.part.0.isra.1", "sum[part,isra]"), ("counter.1234", "counter"),
    ("main.main.func1", "main::main::func1"), ("plain", "plain"), (".hidden", "::hidden"),
  ])
  func variants(_ symbol: String, _ wanted: String) { #expect(tidy(symbol) == wanted) }

  @Test("what nobody can demangle stays") func mangled() {
    #expect(tidy("_ZN1a1bEv") == "_ZN1a1bEv")
    for name in ["_R", "_Read", "_RNvC6editor", "_RNvC6editor4main5", "_RNvC6editor9main", "_R9NvC6editor4main", "_RB_", "_RNvB_4main", "_RNvC6editor4ma!n"] {
      #expect(tidy(name) == name)
    }
  }

  @Test("a name is one word without a path", arguments: [
    ("a b\tc\nd", "a_b_c_d"), ("/home/user/file", "file"), ("github.com/user/repo.Run", "repo::Run"), ("operator/", "operator/"), ("a\"b", "a_b"),
  ])
  func clean(_ symbol: String, _ wanted: String) { #expect(tidy(symbol) == wanted) }

  @Test("a name has a bound, and no part of a character") func bound() {
    let long = tidy(String(repeating: "ä", count: 1000))
    #expect(long == String(repeating: "ä", count: 200))
  }

  @Test("no text of a demangler traps", arguments: ["(", "<", "operator", "operator ", "operator<", "{", "[", ")", ">>>", "a::operator", "", "closure #", "closure #1 in ", " in ", "<<<((("])
  func odd(_ text: String) {
    for symbol in ["_Z1f", "$s1f", "_ZN1f"] {
      let name = tidy(symbol, text)
      #expect(!name.contains(" ") && !name.contains("."))
    }
  }
}
