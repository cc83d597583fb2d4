/* Uploads reports as fast as a collector on this machine takes them, over
   connections that stay open, each with one report on its way at a time:

       uploads PORT PATH BODY CONNECTIONS REQUESTS START

   BODY is a file with a report whose X is 0.5555555555555555; each upload has
   another one in its place, from the START-th on. Prints JSON: how many were
   answered with which status, how many in a second, and how long they took.

   One thread and epoll, so that the collector has the other core. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char PLACE[] = "0.5555555555555555";
enum { DIGITS = sizeof PLACE - 3, ANSWER = 16384, STATUSES = 600 };

struct connection {
  int fd;
  char *request; /* head and body; X is its own */
  size_t sent, received;
  uint64_t begun;
  char answer[ANSWER + 1];
};

static size_t length, x_at;
static uint64_t next_report, last_report;
static uint32_t *took; /* microseconds */
static size_t answered, by_status[STATUSES];

static _Noreturn void stop(const char *what) {
  fprintf(stderr, "uploads: %s: %s\n", what, errno ? strerror(errno) : "that is wrong");
  exit(1);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* The number of a report becomes 16 digits: another one for each number, because
   the factor has no divisor in common with 10, and in no order. */
static void set_x(char *digits, uint64_t number) {
  unsigned __int128 product = (unsigned __int128)number * 6180339887498949u;
  uint64_t value = (uint64_t)(product % 10000000000000000u);
  for (int i = DIGITS; i-- > 0; value /= 10) digits[i] = (char)('0' + value % 10);
}

static int has_next(struct connection *c) {
  if (next_report == last_report) return 0;
  set_x(c->request + x_at + 2, next_report++);
  c->sent = c->received = 0;
  c->begun = now();
  return 1;
}

static void send_rest(struct connection *c) {
  while (c->sent < length) {
    ssize_t n = send(c->fd, c->request + c->sent, length - c->sent, MSG_NOSIGNAL);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) stop("send");
    c->sent += (size_t)n;
  }
}

/* The length of an answer that is complete, or 0. */
static size_t complete(struct connection *c) {
  c->answer[c->received] = 0;
  char *end = strstr(c->answer, "\r\n\r\n");
  if (!end) return 0;
  char *body = strcasestr(c->answer, "\r\ncontent-length:");
  size_t whole = (size_t)(end + 4 - c->answer) + (body && body < end ? strtoul(body + 17, NULL, 10) : 0);
  if (whole > ANSWER) stop("an answer is too long");
  return c->received >= whole ? whole : 0;
}

/* 0: there is nothing more to be sent on this connection. */
static int receive(struct connection *c) {
  for (;;) {
    ssize_t n = recv(c->fd, c->answer + c->received, ANSWER - c->received, 0);
    if (n < 0 && errno == EAGAIN) return 1;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) stop("the collector closed a connection");
    c->received += (size_t)n;
    if (!complete(c)) continue;
    int status = c->received > 12 ? atoi(c->answer + 9) : 0;
    by_status[status > 0 && status < STATUSES ? status : 0]++;
    took[answered++] = (uint32_t)((now() - c->begun) / 1000);
    if (!has_next(c)) return 0;
    send_rest(c);
  }
}

static int connect_to(int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to)) stop("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static char *request_of(const char *path, const char *file) {
  static char body[102400];
  FILE *f = fopen(file, "r");
  if (!f) stop(file);
  size_t size = fread(body, 1, sizeof body - 1, f);
  fclose(f);
  char *request = malloc(size + 512);
  int head = snprintf(
      request, 512, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", path, size);
  memcpy(request + head, body, size + 1);
  length = (size_t)head + size;
  char *x = strstr(request, PLACE);
  errno = 0;
  if (!x) stop("the report has no X to be replaced");
  x_at = (size_t)(x - request);
  return request;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static uint32_t part(double p) { return answered ? took[(size_t)(p * (double)(answered - 1))] : 0; }

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: uploads PORT PATH BODY CONNECTIONS REQUESTS START\n");
    return 2;
  }
  char *request = request_of(argv[2], argv[3]);
  int count = atoi(argv[4]), epoll = epoll_create1(EPOLL_CLOEXEC), open = 0;
  next_report = strtoull(argv[6], NULL, 10);
  last_report = next_report + strtoull(argv[5], NULL, 10);
  took = malloc((size_t)(last_report - next_report) * sizeof *took);
  struct connection *all = calloc((size_t)count, sizeof *all);
  if (!all || !took || epoll < 0) stop("memory");
  for (int i = 0; i < count; i++) {
    all[i].fd = connect_to(atoi(argv[1]));
    all[i].request = malloc(length);
    memcpy(all[i].request, request, length);
  }
  uint64_t begun = now();
  for (int i = 0; i < count && has_next(&all[i]); i++, open++) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &all[i]};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].fd, &event)) stop("epoll_ctl");
  }
  while (open > 0) {
    struct epoll_event events[256];
    int n = epoll_wait(epoll, events, 256, 30000);
    if (n == 0) errno = ETIMEDOUT;
    if (n <= 0 && errno != EINTR) stop("epoll_wait");
    for (int i = 0; i < n; i++) {
      struct connection *c = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) send_rest(c);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !receive(c)) open--;
    }
  }
  double seconds = (double)(now() - begun) / 1e9;
  qsort(took, answered, sizeof *took, ascending);
  printf("{\"bytes\": %zu, \"requests\": %zu, \"seconds\": %.3f, \"per_second\": %.0f, ", length, answered, seconds, (double)answered / seconds);
  printf("\"microseconds\": {\"p50\": %u, \"p90\": %u, \"p99\": %u, \"max\": %u}, \"statuses\": {", part(.5), part(.9), part(.99), part(1));
  const char *comma = "";
  for (int status = 0; status < STATUSES; status++)
    if (by_status[status]) printf("%s\"%d\": %zu", comma, status, by_status[status]), comma = ", ";
  printf("}}\n");
  return 0;
}
