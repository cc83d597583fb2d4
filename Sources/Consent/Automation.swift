import Files

/// Who runs a program when nobody does: test runners, whose counts say nothing
/// about use, and CI services. They are known by what they put into the
/// environment.
public struct Automation: Sendable {
  /// "pytest (PYTEST_VERSION)", if one is at work.
  public var testRunner: [UInt8]?
  public var service: [UInt8]?

  /// A row for each: a variable, its value, and who sets it. An empty value
  /// stands for any but an empty one, 0 and false. `*.ending` is no variable but
  /// how the name of the program ends. The first row that fits is named.
  static let testRunners: StaticString = """
    PYTEST_VERSION\0\0pytest\0\
    PYTEST_CURRENT_TEST\0\0pytest\0\
    TOX_ENV_NAME\0\0tox\0\
    *.test\0\0go test\0\
    *.xctest\0\0swift test\0\
    XCTestConfigurationFilePath\0\0XCTest\0\
    XCTestBundlePath\0\0XCTest\0\
    JEST_WORKER_ID\0\0jest\0\
    VITEST\0\0vitest\0\
    NODE_TEST_CONTEXT\0\0node --test\0\
    NODE_ENV\0test\0Node.js\0\
    NEXTEST\0\0cargo-nextest\0\
    CTEST_INTERACTIVE_DEBUG_MODE\01\0ctest\0\
    CTEST_INTERACTIVE_DEBUG_MODE\00\0ctest\0\
    BAZEL_TEST\0\0bazel test\0\
    MESON_TEST_ITERATION\0\0meson test\0\
    BATS_VERSION\0\0bats\0\
    RAILS_ENV\0test\0Rails\0
    """

  static let services: StaticString = """
    GITHUB_ACTIONS\0\0GitHub Actions\0\
    GITLAB_CI\0\0GitLab CI\0\
    TF_BUILD\0\0Azure Pipelines\0\
    JENKINS_URL\0\0Jenkins\0\
    BUILDKITE\0\0Buildkite\0\
    CIRCLECI\0\0CircleCI\0\
    TRAVIS\0\0Travis CI\0\
    TEAMCITY_VERSION\0\0TeamCity\0\
    BITBUCKET_BUILD_NUMBER\0\0Bitbucket Pipelines\0\
    CODEBUILD_BUILD_ID\0\0AWS CodeBuild\0\
    APPVEYOR\0\0AppVeyor\0\
    DRONE\0\0Drone\0\
    CIRRUS_CI\0\0Cirrus CI\0\
    SEMAPHORE\0\0Semaphore\0\
    HUDSON_URL\0\0Hudson\0\
    CI\0\0of some kind\0
    """

  /// Of this process, now.
  static func now() -> Automation { Automation(testRunner: first(in: testRunners), service: first(in: services)) }

  private static func first(in table: StaticString) -> [UInt8]? {
    var next = UnsafeRawPointer(table.utf8Start).assumingMemoryBound(to: CChar.self)
    func take() -> UnsafePointer<CChar> {
      defer { next += Kernel.length(next) + 1 }
      return next
    }
    while next.pointee != 0 {
      let (name, value, who) = (take(), take(), take())
      if fits(name, value) { return sentence([.bytes([UInt8](cString: who)), " (", .bytes([UInt8](cString: name)), ")"]) }
    }
    return nil
  }

  private static func fits(_ name: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>) -> Bool {
    if name.pointee == 0x2a { return Process.isNamed(endingWith: name + 1) }
    guard let found = Process.variable(at: name) else { return false }
    return value.pointee == 0 ? Variables.isSet([UInt8](cString: found)) : [UInt8](cString: found) == [UInt8](cString: value)
  }
}
