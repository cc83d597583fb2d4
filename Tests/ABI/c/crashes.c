/* Dies in every way: crashes T WAY [--unwatched]. Without --unwatched libtel
 * watches, in the telemetry directory T. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <tel.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef GO
/* As Go's linker marks its programs. */
__asm__(".pushsection .note.go.buildid,\"a\",@note\n.balign 4\n.long 4, 4, 4\n.ascii \"Go\\0\\0\"\n.long 0\n.popsection");
#endif

static volatile int *volatile nothing;
static volatile int zero;
static bool is_watched;
#define KEPT __attribute__((noinline))

static void check(tel_status status, const char *what) {
    if (status == TEL_OK) return;
    printf("%s: %s: %s\n", what, tel_status_name(status), tel_error_message());
    fflush(stdout);
    _exit(9);
}

/* ---- A malloc that nobody may call any more -------------------------------- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);
static volatile bool is_crashing;
void *malloc(size_t size) {
    if (is_crashing) _exit(70);
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    if (is_crashing) _exit(70);
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size) {
    if (is_crashing) _exit(70);
    return __libc_realloc(memory, size);
}
void free(void *memory) {
    if (is_crashing) _exit(71);
    __libc_free(memory);
}

#if defined __x86_64__
#define illegal() __asm__ volatile("ud2")
#else
#define illegal() __asm__ volatile(".inst 0")
#endif

/* ---- The ways ---------------------------------------------------------------- */

KEPT static int overflow(int depth) {
    volatile char room[200];
    room[depth % 200] = (char)depth;
    return (zero ? 0 : overflow(depth + 1)) + room[depth % 199];
}

KEPT static void bus(void) {
    char name[] = "/tmp/crashes-XXXXXX";
    int file = mkstemp(name);
    unlink(name);
    volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    page[0] = 1;
}

KEPT static void corrupt(void) {
    volatile char here[16];
    /* Up to the top of the stack: return addresses and saved registers. */
    volatile char *volatile start = here;
    for (volatile char *at = start, *last = at + 400; at < last; at++) *at = 0x41;
    *nothing = 1;
}

KEPT static void fall(const char *way) {
    is_crashing = true;
    if (strcmp(way, "segv") == 0) *nothing = 1;
    if (strcmp(way, "bus") == 0) bus();
    if (strcmp(way, "ill") == 0) illegal();
    if (strcmp(way, "fpe") == 0) zero = 7 / zero;
    if (strcmp(way, "abort") == 0) abort();
    if (strcmp(way, "call") == 0) ((void (*)(void))(uintptr_t)nothing)();
    if (strcmp(way, "wild") == 0) ((void (*)(void))(uintptr_t)0x123456000)();
    if (strncmp(way, "raise", 5) == 0) raise(atoi(way + 5));
    if (strncmp(way, "kill", 4) == 0) kill(getpid(), atoi(way + 4)), pause();
    if (strcmp(way, "overflow") == 0) overflow(0);
    if (strcmp(way, "corrupt") == 0) corrupt();
    is_crashing = false;
    __asm__ volatile("" ::: "memory");
}

KEPT void tumble(const char *way) {
    fall(way);
    __asm__ volatile("" ::: "memory");
}

static void in_signal(int signal) {
    (void)signal;
    tumble("segv");
}

static void *in_thread(void *way) {
    if (is_watched) check(tel_crash_thread(), "tel_crash_thread");
    tumble(way);
    return NULL;
}

static void *without_stack(void *way) {
    tumble(way);
    return NULL;
}

static pthread_barrier_t barrier;
static void *together(void *way) {
    if (is_watched) check(tel_crash_thread(), "tel_crash_thread");
    pthread_barrier_wait(&barrier);
    tumble(way);
    return NULL;
}

static void *idle(void *unused) {
    if (is_watched) check(tel_crash_thread(), "tel_crash_thread");
    pthread_barrier_wait(&barrier);
    pause();
    return unused;
}

/* As faulthandler does it. */
static void says_so(int signal) {
    static const char text[] = "the host's handler\n";
    if (write(1, text, sizeof text - 1) < 0) return;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigaction(signal, &usual, NULL);
    is_crashing = false;
    raise(signal);
}

static struct sigaction earlier;
/* And as others do it that came later: the one before has a say too. */
static void hands_on(int signal, siginfo_t *info, void *context) {
    static const char text[] = "the later handler\n";
    if (write(1, text, sizeof text - 1) < 0) return;
    if (earlier.sa_flags & SA_SIGINFO) earlier.sa_sigaction(signal, info, context);
    else sigaction(signal, &earlier, NULL);
}

static pthread_t start(void *(*body)(void *), const char *way) {
    pthread_t made;
    if (pthread_create(&made, NULL, body, (void *)way) != 0) _exit(8);
    return made;
}

static void truncate_records(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/crash", folder);
    DIR *names = opendir(path);
    for (struct dirent *entry; (entry = readdir(names));)
        if (entry->d_name[0] != '.' && openat(dirfd(names), entry->d_name, O_WRONLY | O_TRUNC) < 0) exit(9);
    closedir(names);
}

static void watch(const char *folder, uint32_t flags) {
    tel_config config = TEL_INIT(tel_config);
    config.directory = folder;
    config.program = "crashes";
    config.version = "v1";
    config.flags = TEL_NO_REPORT;
    check(tel_open(&config), "tel_open");
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    check(tel_crash_watch(flags), "tel_crash_watch");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    if (getenv("TIMED")) printf("%ld\n", (ended.tv_sec - begun.tv_sec) * 1000000 + (ended.tv_nsec - begun.tv_nsec) / 1000), fflush(stdout);
    is_watched = true;
}

int main(int count, char **words) {
    const char *folder = words[1], *way = words[2];
    bool watches = count < 4;
    if (strcmp(way, "count") == 0) {
        tel_config config = TEL_INIT(tel_config);
        config.directory = folder;
        config.program = "counts";
        config.flags = TEL_NO_REPORT;
        check(tel_open(&config), "tel_open");
        check(tel_flush_report(0), "tel_flush_report");
        return 0;
    }
    if (strcmp(way, "early") == 0) return check(tel_crash_watch(0), "tel_crash_watch"), 0;
    if (strcmp(way, "early-thread") == 0) return check(tel_crash_thread(), "tel_crash_thread"), 0;
    if (strcmp(way, "with-handler") == 0 || strcmp(way, "chain") == 0) signal(SIGSEGV, says_so);
    if (strcmp(way, "ignored") == 0) signal(SIGFPE, SIG_IGN);
    if (watches) watch(folder, strcmp(way, "chain") == 0 ? TEL_CRASH_CHAIN : 0);
    if (strcmp(way, "twice") == 0) watch(folder, 0), way = "segv";
    if (strcmp(way, "chain") == 0) way = "segv";
    if (strcmp(way, "later") == 0) {
        struct sigaction later = {.sa_sigaction = hands_on, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        sigaction(SIGSEGV, &later, &earlier);
        way = "segv";
    }
    if (strcmp(way, "truncated") == 0) {
        /* Beneath the handler's hands: what it writes to is not there any more. */
        truncate_records(folder);
        way = "segv";
    }
    if (strcmp(way, "asked") == 0) {
        /* When there is something on standard input. */
        puts("ready");
        fflush(stdout);
        getchar();
        way = "segv";
    }
    if (strcmp(way, "survive") == 0) return 0;
    if (strcmp(way, "_exit") == 0) _exit(0);
    if (strcmp(way, "killed") == 0) kill(getpid(), SIGKILL);
    if (strcmp(way, "ignored") == 0) return raise(SIGFPE);
    if (strcmp(way, "exec") == 0) execl("/bin/true", "true", NULL);
    if (strcmp(way, "off") == 0) {
        check(tel_set_mode(TEL_MODE_OFF), "tel_set_mode");
        way = "segv";
    }
    if (strcmp(way, "in-handler") == 0) {
        signal(SIGUSR1, in_signal);
        raise(SIGUSR1);
    }
    if (strcmp(way, "fork") == 0) {
        pid_t child = fork();
        if (child == 0) tumble("segv"), _exit(1);
        int status;
        waitpid(child, &status, 0);
        printf("%d\n", WTERMSIG(status));
        return 0;
    }
    if (strcmp(way, "fork-both") == 0) {
        pid_t child = fork();
        if (child == 0) tumble("segv"), _exit(1);
        waitpid(child, NULL, 0);
        way = "segv";
    }
    if (strcmp(way, "vfork") == 0) {
        pid_t child = vfork();
        if (child == 0) {
            *nothing = 1;
            _exit(1);
        }
        waitpid(child, NULL, 0);
        way = "segv";
    }
    if (strcmp(way, "thread") == 0) pthread_join(start(in_thread, "segv"), NULL);
    if (strcmp(way, "thread-overflow") == 0) pthread_join(start(in_thread, "overflow"), NULL);
    if (strcmp(way, "bare-thread") == 0) pthread_join(start(without_stack, "segv"), NULL);
    if (strcmp(way, "bare-overflow") == 0) pthread_join(start(without_stack, "overflow"), NULL);
    if (strcmp(way, "64") == 0) {
        pthread_barrier_init(&barrier, NULL, 65);
        for (int at = 0; at < 64; at++) start(idle, "");
        pthread_join(start(together, "segv"), NULL);
    }
    if (strcmp(way, "together") == 0) {
        pthread_t last = 0;
        pthread_barrier_init(&barrier, NULL, 8);
        for (int at = 0; at < 8; at++) last = start(together, "segv");
        pthread_join(last, NULL);
    }
    if (strcmp(way, "many-threads") == 0) {
        /* Their stacks are given back: no memory is left behind. */
        for (int at = 0; at < 2000; at++) {
            is_crashing = false;
            pthread_join(start(in_thread, "nothing"), NULL);
        }
        is_crashing = false;
        int lines = 0;
        FILE *maps = fopen("/proc/self/maps", "r");
        for (int byte; (byte = getc(maps)) != EOF;) lines += byte == '\n';
        printf("%d\n", lines);
        return 0;
    }
    tumble(way);
    return 0;
}
