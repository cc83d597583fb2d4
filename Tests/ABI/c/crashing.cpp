// Dies with a C++ exception in flight: crashing T WAY.
#include <tel.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>

static volatile int *volatile nothing;

struct Crashes {
  ~Crashes() { *nothing = 1; }
};

__attribute__((noinline)) void thrower(const char *way) {
  if (std::strcmp(way, "uncaught") == 0) throw std::runtime_error("secret: /home/alice");
  if (std::strcmp(way, "unwinding") == 0) {
    Crashes crashes;
    throw std::runtime_error("on the way");
  }
}

__attribute__((noinline)) static void promised(const char *way) noexcept { thrower(way); }

int main(int, char **words) {
  tel_config config = TEL_INIT(tel_config);
  config.directory = words[1];
  config.program = "crashes";
  if (tel_open(&config) != TEL_OK || tel_crash_watch(0) != TEL_OK) {
    std::puts(tel_error_message());
    return 9;
  }
  if (std::strcmp(words[2], "noexcept") == 0) promised("uncaught");
  try {
    if (std::strcmp(words[2], "uncaught") != 0) {
      try {
        thrower(std::strcmp(words[2], "caught") == 0 ? "uncaught" : words[2]);
      } catch (const std::runtime_error &) {
        *nothing = 1;
      }
    }
    thrower(words[2]);
  } catch (const std::logic_error &) {
  }
  return 0;
}
