import Files
import Glibc

/// The tags of a repository on this machine, from the command git. It runs no
/// hook and asks no server.
enum GitTags {
  /// Milliseconds.
  private static let patience: Int64 = 20_000

  /// `limit`: of what git says, in bytes.
  static func names(of repository: Path, limit: Int) throws(Fault) -> [[UInt8]] {
    guard repository.bytes.first != UInt8(ascii: "-") else { throw Fault(.invalid, "a repository's path does not begin with -: ", .path(repository)) }
    let (said, complaint, status) = try run(
      ["git", "-C", String(decoding: repository.bytes, as: UTF8.self), "-c", "core.fsmonitor=false", "for-each-ref", "--format=%(refname:strip=2)", "refs/tags"],
      limit: limit, about: repository)
    guard status == 0 else {
      let line = complaint.split(separator: 0x0a).first.map { Array($0.prefix(300)) } ?? [UInt8]("it does not say why")
      throw Fault(.io, "git cannot list the tags of ", .path(repository), ": ", .bytes(line))
    }
    return said.split(separator: 0x0a).map { Array($0) }
  }

  /// What it writes to standard output and error, and its status.
  private static func run(_ words: [String], limit: Int, about repository: Path) throws(Fault) -> ([UInt8], [UInt8], Int32) {
    var pipes: [Int32] = [-1, -1, -1, -1]
    let isMade = pipes.withUnsafeMutableBufferPointer { pipe($0.baseAddress!) == 0 && pipe($0.baseAddress! + 2) == 0 }
    defer { for end in pipes where end >= 0 { close(end) } }
    guard isMade else { throw Fault(.io, "cannot make a pipe: ", .error(errno)) }
    for end in pipes { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, pipes[3], STDERR_FILENO)
    // Which repository is meant is said here, not by a hook that this runs in.
    let variables = ["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_EXTERNAL_DIFF"]
    for name in variables { unsetenv(name) }
    let arguments = words.map { strdup($0) } + [nil]
    defer { for word in arguments { free(word) } }
    var child: pid_t = 0
    let started = posix_spawnp(&child, words[0], &actions, nil, arguments, environ)
    guard started == 0 else { throw Fault(.notFound, "tags are listed by the command git, which cannot be run: ", .error(started)) }
    for end in [1, 3] {
      close(pipes[end])
      pipes[end] = -1
    }
    let deadline = Clock.monotonic + patience * 1_000_000
    var said: [[UInt8]] = [[], []]
    var isOpen = [true, true]
    var buffer = [UInt8](repeating: 0, count: 65536)
    while isOpen[0] || isOpen[1] {
      let left = (deadline - Clock.monotonic) / 1_000_000
      var waits = [0, 1].map { pollfd(fd: isOpen[$0] ? pipes[2 * $0] : -1, events: Int16(POLLIN), revents: 0) }
      if left <= 0 || said[0].count > limit || said[1].count > limit || poll(&waits, 2, Int32(max(0, left))) < 0 && errno != EINTR {
        kill(child, SIGKILL)
        var ignored: Int32 = 0
        while waitpid(child, &ignored, 0) < 0, errno == EINTR {}
        let isLong = said[0].count > limit || said[1].count > limit
        throw Fault(.timeout, isLong ? "git says more than 4 MiB of the tags of " : "git did not list in time the tags of ", .path(repository))
      }
      for index in [0, 1] where waits[index].revents != 0 {
        let count = read(pipes[2 * index], &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count > 0 { said[index] += buffer[..<count] } else { isOpen[index] = false }
      }
    }
    var result: Int32 = 0
    while waitpid(child, &result, 0) < 0, errno == EINTR {}
    return (said[0], said[1], result & 0x7f == 0 ? result >> 8 & 0xff : -1)
  }
}
