import Delivery
import Files
import Gate
import Glibc
import JSON

/// The Go project's upload config, which is a Go module. As the reference does,
/// the go command fetches it, so that its proxy, cache and checksums hold.
enum GoConfig {
  private static let module: StaticString = "golang.org/x/telemetry/config@latest"
  /// Of what the go command says, in bytes.
  private static let limit = 1 << 20

  /// `timeout`: milliseconds.
  static func fetch(into store: ConfigStore, from destination: [UInt8], timeout: Int, now: Int64) throws(Fault) -> UploadConfig {
    let said = try run(["go", "mod", "download", "-json", "\(module)"], timeout: timeout)
    func fault(_ why: [UInt8]) -> Fault { Fault(.io, "the go command cannot fetch the upload config: ", .bytes(why)) }
    guard let answer = try? JSONReader.value(of: said) else { throw fault([UInt8]("it says no JSON: ") + said.prefix(200)) }
    if case .string(let error)? = answer["Error"], !error.isEmpty { throw fault(error) }
    guard case .string(let folder)? = answer["Dir"], !folder.isEmpty, case .string(let version)? = answer["Version"] else {
      throw fault([UInt8]("it names no folder and no version"))
    }
    let path = Path(folder).appending("config.json")
    guard let text = try File.content(of: path, limit: UploadConfig.limit) else { throw Fault(.notFound, "there is no file ", .path(path)) }
    let config = try UploadConfig(text, version: version, origin: path.bytes)
    try store.keep(text, config, tag: [], from: destination, now: now)
    return config
  }

  /// Runs a program of the PATH, without a terminal, and answers what it says.
  /// It is ended when time is up.
  private static func run(_ words: [String], timeout: Int) throws(Fault) -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Fault(.io, "cannot make a pipe: ", .error(errno)) }
    defer { for end in ends where end >= 0 { close(end) } }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addclose(&actions, ends[1])
    // This is no use of the go command: it has no place to count it, and starts no uploader.
    let quiet = [("GO_TELEMETRY_CHILD", "2"), ("TEST_TELEMETRY_DIR", "/dev/null/telemetry")]
    for (name, value) in quiet { setenv(name, value, 1) }
    defer { for (name, _) in quiet { unsetenv(name) } }
    let arguments = words.map { strdup($0) } + [nil]
    defer { for word in arguments { free(word) } }
    var child: pid_t = 0
    let status = posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
    guard status == 0 else {
      throw Fault(.notFound, "the upload config of the Go project is fetched by the command go, which cannot be run: ", .error(status))
    }
    close(ends[1])
    ends[1] = -1
    let end = Clock.monotonic + Int64(timeout) * 1_000_000
    var said: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let left = (end - Clock.monotonic) / 1_000_000
      var wait = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      if left <= 0 || said.count > limit || poll(&wait, 1, Int32(min(left, 1000))) < 0 && errno != EINTR {
        kill(child, SIGKILL)
        var ignored: Int32 = 0
        waitpid(child, &ignored, 0)
        throw Fault(.timeout, "the go command did not fetch the upload config in time")
      }
      if wait.revents == 0 { continue }
      let count = read(ends[0], &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      said += buffer[..<count]
    }
    var result: Int32 = 0
    while waitpid(child, &result, 0) < 0, errno == EINTR {}
    return said
  }
}
