#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "file.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char folder[PATH_MAX];       /* …/crash */
static char path[PATH_MAX + 64];    /* of the record */
static crash_record *prepared;      /* mapped, CRASH_SIZE bytes */
static pid_t owner;                 /* whose record it is */
/* Of a forked child; a union, for the file has bytes behind the record. */
static union {
    crash_record record;
    char bytes[CRASH_SIZE];
} own;
static char spare[sizeof path];

/* ---- Who this process is ---------------------------------------------------- */

static ssize_t content(const char *name, char *into, size_t most) {
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return -1;
    ssize_t count = read(file, into, most - 1);
    close(file);
    into[count > 0 ? count : 0] = 0;
    return count;
}

/* The 22nd word of a line whose second is a name in parentheses. In a handler, too. */
static uint64_t start_of(const char *stat_file) {
    char text[1024];
    if (content(stat_file, text, sizeof text) <= 0) return 0;
    const char *at = strrchr(text, ')');
    for (int words = 0; at && words < 20; words++) at = strchr(at + 1, ' ');
    uint64_t number = 0;
    if (at) for (at++; *at >= '0' && *at <= '9'; at++) number = number * 10 + (uint64_t)(*at - '0');
    return number;
}

static char *decimal(char *to, uint64_t number) {
    char digits[20];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0) *to++ = digits[--count];
    return to;
}

/* <folder>/<pid>-<start>.record. In a handler, too. */
static void name_record(char *into, pid_t pid, uint64_t start) {
    char *end = stpcpy(into, folder);
    *end++ = '/';
    end = decimal(end, (uint64_t)pid);
    *end++ = '-';
    strcpy(decimal(end, start), ".record");
}

/* The lines of a counter file that say who counts. */
static int read_metadata(const char *counter_file, crash_record *into) {
    char start[32 + sizeof into->metadata + 1];
    ssize_t count = content(counter_file, start, sizeof start);
    if (count < 0) return errno;
    if (count <= 32) return EINVAL;
    char *end = memmem(start + 32, (size_t)count - 32, "\n\n", 2);
    if (!end) return EINVAL;
    into->metadata_length = (uint32_t)(end + 2 - (start + 32));
    memcpy(into->metadata, start + 32, into->metadata_length);
    return 0;
}

/* ---- Leftovers --------------------------------------------------------------- */

/* Of processes that were killed or left without an exit; somebody must. Complete
 * ones are for those who count them. */
static void sweep(const crash_record *mine) {
    DIR *names = opendir(folder);
    if (!names) return;
    int looks = 0;
    struct dirent *entry;
    while (looks < 32 && (entry = readdir(names))) {
        char name[sizeof path], process[64];
        unsigned pid;
        unsigned long long start;
        int length = 0;
        if (sscanf(entry->d_name, "%u-%llu.record%n", &pid, &start, &length) != 2 || length == 0 || entry->d_name[length]) continue;
        looks++;
        if (strlen(folder) + strlen(entry->d_name) + 2 > sizeof name) continue;
        stpcpy(stpcpy(stpcpy(name, folder), "/"), entry->d_name);
        snprintf(process, sizeof process, "/proc/%u/stat", pid);
        if (start_of(process) == start) continue;
        crash_record found;
        int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (file < 0) continue;
        bool is_ours = read(file, &found, offsetof(crash_record, metadata)) == (ssize_t)offsetof(crash_record, metadata) && found.state != CRASH_COMPLETE &&
                       memcmp(found.boot, mine->boot, sizeof found.boot) == 0 && found.pid_space == mine->pid_space;
        close(file);
        if (is_ours) unlink(name);
    }
    closedir(names);
}

/* ---- The file ------------------------------------------------------------------ */

/* Its space is taken now: a handler on a full disk must not die of that. */
static int make(const crash_record *start) {
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return errno;
    int problem = 0;
    char page[CRASH_SIZE] = {0};
    memcpy(page, start, sizeof *start);
    if (fallocate(file, 0, 0, CRASH_SIZE) != 0 && errno != EOPNOTSUPP && errno != ENOSYS) problem = errno;
    if (!problem && pwrite(file, page, sizeof page, 0) != (ssize_t)sizeof page) problem = errno ? errno : ENOSPC;
    void *mapped = problem ? MAP_FAILED : mmap(NULL, CRASH_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED && !problem) problem = errno;
    close(file);
    if (problem) unlink(path);
    else prepared = mapped, owner = start->pid;
    return problem;
}

__attribute__((destructor)) void file_forget(void) {
    if (prepared && !file_is_of_parent()) unlink(path);
}

int file_prepare(const char *counter_file) {
    crash_record start = {.magic = "telcras", .version = CRASH_VERSION, .size = CRASH_SIZE, .pid = getpid()};
    start.magic[7] = 'h';
    int problem = read_metadata(counter_file, &start);
    if (problem) return problem;
    /* T/local/x.v1.count */
    const char *end = memrchr(counter_file, '/', strlen(counter_file));
    if (end) end = memrchr(counter_file, '/', (size_t)(end - counter_file));
    if (!end || end - counter_file > PATH_MAX - 16) return ENAMETOOLONG;
    file_forget();
    memcpy(folder, counter_file, (size_t)(end - counter_file));
    strcpy(folder + (end - counter_file), "/crash");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) return errno;
    struct stat is;
    if (lstat(folder, &is) != 0) return errno;
    if (!S_ISDIR(is.st_mode) || is.st_uid != geteuid()) return ENOTDIR;
    start.start = start_of("/proc/self/stat");
    if (content("/proc/sys/kernel/random/boot_id", start.boot, sizeof start.boot) > 0) start.boot[strcspn(start.boot, "\n")] = 0;
    if (stat("/proc/self/ns/pid", &is) == 0) start.pid_space = is.st_ino;
    name_record(path, start.pid, start.start);
    /* Of the program that this process was before it called exec. */
    unlink(path);
    crash_record *old = prepared;
    problem = make(&start);
    if (problem && old) prepared = old;
    else if (old) munmap(old, CRASH_SIZE);
    if (!problem) sweep(&start);
    return problem;
}

/* ---- In the handler -------------------------------------------------------------- */

bool file_is_of_parent(void) { return owner != getpid(); }

crash_record *file_record(void) {
    if (!file_is_of_parent()) return prepared;
    memcpy(&own.record, prepared, offsetof(crash_record, frames));
    own.record.pid = getpid();
    own.record.start = start_of("/proc/self/stat");
    return &own.record;
}

void file_complete(crash_record *record) {
    atomic_signal_fence(memory_order_seq_cst);
    __atomic_store_n(&record->state, CRASH_COMPLETE, __ATOMIC_RELEASE);
    if (record == prepared) return;
    name_record(spare, record->pid, record->start);
    int file = open(spare, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return;
    if (write(file, &own, sizeof own) != (ssize_t)sizeof own) unlink(spare);
    close(file);
}

/* ---- Stacks ------------------------------------------------------------------------- */

static pthread_key_t key;
static size_t page_size, stack_size;

static void take_stack(void *start) {
    stack_t none = {.ss_flags = SS_DISABLE}, now;
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == (char *)start + page_size) sigaltstack(&none, NULL);
    munmap(start, page_size + stack_size);
}

static void make_key(void) {
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    unsigned long least = getauxval(AT_MINSIGSTKSZ);
    stack_size = ((2 * least + (32u << 10)) / page_size + 1) * page_size;
    pthread_key_create(&key, take_stack);
}

int file_give_stack(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_key);
    stack_t now;
    if (sigaltstack(NULL, &now) != 0) return errno;
    if (!(now.ss_flags & SS_DISABLE)) return 0;
    char *start = mmap(NULL, page_size + stack_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (start == MAP_FAILED) return ENOMEM;
    stack_t made = {.ss_sp = start + page_size, .ss_size = stack_size};
    /* Its first page stays closed: who goes beyond it faults. The rest is touched now, memory may be short later. */
    if (mprotect(made.ss_sp, stack_size, PROT_READ | PROT_WRITE) != 0 || sigaltstack(&made, NULL) != 0) {
        munmap(start, page_size + stack_size);
        return ENOMEM;
    }
    pthread_setspecific(key, start);
    return 0;
}

/* ---- Go ------------------------------------------------------------------------------- */

static int look_for_go(struct dl_phdr_info *module, size_t size, void *found) {
    (void)size;
    for (int at = 0; at < module->dlpi_phnum; at++) {
        const ElfW(Phdr) *segment = &module->dlpi_phdr[at];
        if (segment->p_type != PT_NOTE) continue;
        const char *note = (const char *)module->dlpi_addr + segment->p_vaddr, *end = note + segment->p_memsz;
        while ((size_t)(end - note) >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *known = (const ElfW(Nhdr) *)note;
            if (known->n_namesz == 4 && memcmp(known + 1, "Go\0", 4) == 0) *(bool *)found = true;
            note += sizeof *known + ((known->n_namesz + 3u) & ~3u) + ((known->n_descsz + 3u) & ~3u);
        }
    }
    return 1; /* the program is the first */
}

bool file_is_go(void) {
    bool is_go = false;
    dl_iterate_phdr(look_for_go, &is_go);
    return is_go;
}
