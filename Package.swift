// swift-tools-version: 6.2
import PackageDescription

// The core compiles two ways from the same files. `swift build` and `swift test`
// use ordinary Swift. TEL_SHIPPING=1 builds what ships: Embedded Swift, so that
// libtel carries no Swift runtime and needs nothing but libc and libm.
// TEL_CORE_ONLY=1 leaves out the programs and the packages that only they need;
// the pages stay, and their templates.
let shipping = Context.environment["TEL_SHIPPING"] == "1"
let coreOnly = shipping || Context.environment["TEL_CORE_ONLY"] == "1"

// Each function has a section of its own, so that the linker can leave out what
// nobody calls and fold what is equal: a module's generic code is compiled into
// every module that uses it. That more than halves it. Copies of functions for
// one closure each, and of loops, are quick where nothing here is slow.
let passesThatCopy = ["closure-specialize", "loop-unroll", "loop-rotate", "array-property-opt"]
// Frame pointers stay where calls are made: unwind-x86_64.s relies on them.
func shipped(without passes: [String]) -> [SwiftSetting] {
  guard shipping else { return [] }
  return [
    .enableExperimentalFeature("Embedded"),
    .unsafeFlags(
      ["-wmo", "-Osize", "-Xfrontend", "-function-sections", "-Xcc", "-DTEL_SHIPPING", "-Xcc", "-fno-omit-frame-pointer", "-Xcc", "-momit-leaf-frame-pointer"]
        + passes.flatMap { ["-Xllvm", "-sil-disable-pass=\($0)"] }),
  ]
}
// What records, reads and writes is inlined where it is called; the rest, which
// is half of all code, is not: it runs once a day.
let busy = shipped(without: passesThatCopy)
let core = shipped(without: passesThatCopy + ["inline"])

// TEL_CAP=off or local: the most that this build allows.
let cap = Context.environment["TEL_CAP"] ?? "on"
if !["off", "local", "on"].contains(cap) { fatalError("TEL_CAP is off, local or on, and not \(cap)") }

/// Link settings of a shared library that exports what `map` lists and nothing else.
func exporting(_ map: String, as soname: String) -> [LinkerSetting] {
  var flags = ["--version-script=\(Context.packageDirectory)/\(map)", "-soname=\(soname)", "-Bsymbolic-functions", "-z", "nodelete"]
  if shipping { flags += ["-z", "defs", "--gc-sections", "--icf=all"] }  // -z defs and the sanitizers exclude each other
  return [.unsafeFlags(["-use-ld=lld"] + flags.flatMap { ["-Xlinker", $0] })]
}

let package = Package(
  name: "tel",
  products: [
    .library(name: "tel", type: .dynamic, targets: ["TelABI"]),
    .library(name: "tel-delivery", type: .dynamic, targets: ["TelDelivery"]),
    .library(name: "tel-stacks", type: .dynamic, targets: ["TelStacks"]),
    .library(name: "tel-probes", type: .dynamic, targets: ["TelProbes"]),
  ],
  targets: [
    // C: the public header where it is, module maps over libc, and the entry shims
    .target(name: "CTel", path: "include", publicHeadersPath: "."),
    .systemLibrary(name: "CPosix"),
    .systemLibrary(name: "CAtomics"),
    .systemLibrary(name: "CDelivery"),
    .systemLibrary(name: "CStacks"),
    .systemLibrary(name: "CProbes"),
    .target(name: "CSymbols", dependencies: ["CTel"], cSettings: [.unsafeFlags(["-fexceptions", "-fasynchronous-unwind-tables"])]),
    .target(name: "CStubs", dependencies: ["CTel"], cSettings: [.unsafeFlags(["-fexceptions", "-fasynchronous-unwind-tables"])]),
    .target(name: "CPlugin", dependencies: ["CTel"], cSettings: [.unsafeFlags(["-fexceptions", "-fasynchronous-unwind-tables"])]),
    .target(name: "CEntry", dependencies: ["CTel"], cSettings: [.unsafeFlags(["-fexceptions", "-fasynchronous-unwind-tables"])]),

    // the core, bottom up; Sources/README.md has the floors
    .target(name: "Files", dependencies: ["CPosix", "CAtomics"], swiftSettings: busy),
    .target(name: "Dates", swiftSettings: core),
    .target(name: "JSON", swiftSettings: busy),
    .target(name: "Frames", swiftSettings: core),
    .target(name: "CounterFile", dependencies: ["CAtomics", "Files", "Dates", "Frames"], swiftSettings: busy),
    .target(name: "Consent", dependencies: ["Files", "Dates"], swiftSettings: core + [.define("TEL_CAP_\(cap.uppercased())")]),
    .target(name: "Counting", dependencies: ["CAtomics", "Files", "Dates", "CounterFile", "Consent"], swiftSettings: busy),
    .target(name: "Stacks", dependencies: ["CSymbols", "Files", "Frames"], swiftSettings: core),
    .target(name: "Reports", dependencies: ["Files", "Dates", "JSON", "CounterFile", "Consent"], swiftSettings: core),
    .target(name: "Crashes", dependencies: ["Files", "Frames", "CounterFile", "Consent", "Counting", "Stacks"], swiftSettings: core),
    .target(name: "Gate", dependencies: ["Files", "Dates", "JSON", "CounterFile", "Consent"], swiftSettings: core),
    .target(name: "Exporters", dependencies: ["Files", "Dates", "JSON", "CounterFile", "Reports"], swiftSettings: core),
    .target(name: "Delivery", dependencies: ["Files", "Dates", "JSON", "CounterFile", "Consent", "Reports", "Gate"], swiftSettings: core),
    .target(name: "Probes", dependencies: ["Files", "CounterFile"], swiftSettings: core),
    // for the command alone, and never shipped as Embedded Swift
    .target(name: "Lint", dependencies: ["Files", "CounterFile", "Gate"]),
    .target(name: "PluginHost", dependencies: ["CTel", "CPosix", "CPlugin", "Files", "CounterFile", "Reports", "Exporters", "Delivery"], swiftSettings: core),
    .target(
      name: "TelABI",
      dependencies: ["CTel", "CEntry", "CAtomics", "Files", "Dates", "CounterFile", "Consent", "Counting", "Reports"],
      exclude: ["tel.map", "link.sh", "noop.c", "unwind-x86_64.s"], swiftSettings: busy,
      linkerSettings: exporting("Sources/TelABI/tel.map", as: "libtel.so.1")),
    .target(
      name: "TelDelivery", dependencies: ["CTel", "CDelivery", "CPlugin", "Files", "Dates", "Consent", "Crashes", "Reports", "Exporters", "Delivery", "PluginHost"],
      exclude: ["delivery.map"], swiftSettings: core, linkerSettings: exporting("Sources/TelDelivery/delivery.map", as: "libtel-delivery.so")),
    .target(
      name: "TelStacks", dependencies: ["CTel", "CStacks", "CSymbols", "Files", "Frames", "Stacks"],
      exclude: ["stacks.map"], swiftSettings: core, linkerSettings: exporting("Sources/TelStacks/stacks.map", as: "libtel-stacks.so")),
    .target(
      name: "TelProbes", dependencies: ["CTel", "CProbes", "CStubs", "Files", "Probes"],
      exclude: ["probes.map"], swiftSettings: core, linkerSettings: exporting("Sources/TelProbes/probes.map", as: "libtel-probes.so")),
  ]
)

// CPosix asks libc for all it has. Modules that come with Swift must see the same libc.
let wholeLibc: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-D_GNU_SOURCE"])]

if !shipping {
  // ordinary Swift: for the command, the viewer and the collector
  package.dependencies += [.package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1")]
  package.targets += [
    .systemLibrary(name: "CZlib"),
    .target(name: "ChartConfig", dependencies: ["Files", "Dates", "JSON", "Gate"]),
    .target(name: "Charts", dependencies: ["Files", "Dates"], linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Store", dependencies: ["Files", "Dates", "Gate"]),
    .target(name: "Intake", dependencies: ["Files", "Dates", "JSON", "Gate", "ChartConfig", "Store"], swiftSettings: wholeLibc),
    .target(name: "Publishing", dependencies: ["Files", "Dates", "JSON", "Gate", "ChartConfig", "Charts", "Store"]),
    .target(name: "Triage", dependencies: ["Files", "Dates", "JSON", "Frames", "Gate", "ChartConfig", "Charts"]),
    .target(name: "Pages", dependencies: ["Files", "Charts", .product(name: "Mustache", package: "swift-mustache")]),
    .target(name: "CollectorPages", dependencies: ["Files", "Dates", "JSON", "Frames", "Gate", "ChartConfig", "Charts", "Pages", "Store", "Publishing"]),
    .target(
      name: "Survey",
      dependencies: ["Files", "Dates", "JSON", "Frames", "CounterFile", "Consent", "Crashes", "Reports", "Gate", "Delivery", "PluginHost"], swiftSettings: wholeLibc),
  ]
}

if !coreOnly {
  package.dependencies += [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
  ]
  // The product cannot be called tel too: SwiftPM would then not link it. The
  // Makefile installs it under that name.
  package.products += [.executable(name: "tel-command", targets: ["tel"]), .executable(name: "tel-view", targets: ["tel-view"]), .executable(name: "tel-collector", targets: ["tel-collector"])]
  package.targets += [
    // With frame pointers: it is in stacks that plugins walk.
    .target(name: "CPluginCheck", dependencies: ["CTel"], cSettings: [.unsafeFlags(["-fexceptions", "-fasynchronous-unwind-tables", "-fno-omit-frame-pointer"])]),
    .executableTarget(
      name: "tel",
      dependencies: [
        "CTel", "CPluginCheck", "CAtomics", "Files", "Dates", "JSON", "Frames", "CounterFile", "Consent", "Counting", "Stacks", "Crashes", "Reports", "Gate", "Exporters", "Delivery", "PluginHost", "Lint", "Survey", "Charts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "tel-view",
      dependencies: [
        "CTel", "Files", "Dates", "JSON", "CounterFile", "Consent", "Reports", "Gate", "Delivery", "Survey", "Charts", "Pages",
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
    .target(name: "SQLiteStore", dependencies: ["Files", "Dates", "Gate", "Store", .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift")]),
    // what Tests/SQLiteStore runs
    .executableTarget(name: "store-trial", dependencies: ["Files", "Dates", "Gate", "Store", "SQLiteStore"], path: "Tests/SQLiteStore/Trial"),
    .target(
      name: "Collector",
      dependencies: [
        "CZlib", "Files", "Dates", "JSON", "Gate", "ChartConfig", "Store", "Intake", "Publishing", "Pages", "CollectorPages",
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Logging", package: "swift-log"), .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: wholeLibc),
    .executableTarget(
      name: "tel-collector",
      dependencies: [
        "CTel", "Files", "Dates", "JSON", "Gate", "ChartConfig", "Triage", "Store", "SQLiteStore", "Intake", "Publishing", "Pages", "CollectorPages", "Collector",
        .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "NIOCore", package: "swift-nio"),
      ]),
  ]
}

if !shipping {
  let notInSwift = ["__init__.py", "c", "signatures.py", "test_calls.py", "test_memory.py", "test_signatures.py"]
  package.targets += ["Files", "Dates", "JSON", "Frames", "CounterFile", "Consent", "Counting", "Stacks", "Crashes", "Reports", "Gate", "Exporters", "Delivery", "PluginHost", "Probes", "Lint", "Charts", "ChartConfig", "Intake", "Store", "Publishing", "Triage"].map {
    .testTarget(
      name: "\($0)Tests", dependencies: [.init(stringLiteral: $0), "TestSupport"], path: "Tests/\($0)",
      exclude: ["Reports": ["test_protocol.py"], "Probes": notInSwift][$0] ?? [], swiftSettings: wholeLibc)
  }
  // A made-up collector's pages, and a program that writes them to files.
  package.targets += [
    .target(name: "MadeUpSite", dependencies: ["Files", "Dates", "Gate", "ChartConfig", "Store", "Publishing", "CollectorPages"], path: "Tests/MadeUpSite/Library", swiftSettings: wholeLibc),
    .executableTarget(name: "made-up-site", dependencies: ["MadeUpSite", "Files", "CollectorPages"], path: "Tests/MadeUpSite/Program", swiftSettings: wholeLibc),
    .testTarget(name: "CollectorPagesTests", dependencies: ["CollectorPages", "MadeUpSite", "TestSupport"], path: "Tests/CollectorPages", swiftSettings: wholeLibc),
  ]
  package.targets += [.target(name: "TestSupport", dependencies: ["Files", "CAtomics"], path: "Tests/TestSupport", swiftSettings: wholeLibc)]
  // For tests in Python that calculate what is published themselves.
  package.targets += [.executableTarget(name: "published-numbers", dependencies: ["Files", "Dates", "Gate", "Store", "Publishing"], path: "Tests/PublishedNumbers")]
  // For libFuzzer; Tests/Fuzz/run.py builds it.
  if Context.environment["TEL_FUZZ"] == "1" {
    package.products += [.executable(name: "fuzz", targets: ["Fuzz"])]
    package.targets += [
      .executableTarget(
        name: "Fuzz", dependencies: ["Files", "Dates", "JSON", "Frames", "CounterFile", "Consent", "Stacks", "Crashes", "Reports", "Gate", "Exporters", "Delivery", "PluginHost", "Probes", "Lint", "ChartConfig", "Store", "Intake", "Publishing", "Triage"], path: "Tests/Fuzz",
        exclude: ["corpus", "run.py", "test_fuzz.py"], swiftSettings: [.unsafeFlags(["-parse-as-library"])],
        linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
    ]
  }
}
