/* Stubs: functions that add one to a counter and jump to another function, with
 * its arguments untouched. A page has code, the same 32 bytes over and over, and
 * the page behind it what belongs to each: so the code is never written to where
 * it is executed, and a stub is 64 bytes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cstubs.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__) && defined(__linux__)

enum { PAGE = 4096, LENGTH = 32, IN_A_PAGE = PAGE / LENGTH };

/* What belongs to the stub a page before it. */
typedef struct slot {
    tel_counter *counter;
    tel_function target;
    struct slot *next;      /* that was freed after this one */
    void *unused;
} slot;
_Static_assert(sizeof(slot) == LENGTH, "a slot is as long as a stub");

/* r11 is the one register that neither carries an argument nor belongs to the
 * caller nor, as r10, to a nested function. The cell changes when a week ends, so
 * it is loaded each time. A sum of 0 was the greatest number: it stays that. */
extern const unsigned char cstubs_code[] CSTUBS_HIDDEN;
__asm__(".pushsection .rodata\n"
        ".balign 32\n"
        ".globl cstubs_code\n"
        ".hidden cstubs_code\n"
        "cstubs_code:\n"
        ".Lcstubs:\n"
        "  endbr64\n"
        "  movq .Lcstubs+4096(%rip), %r11\n"
        "  movq (%r11), %r11\n"
        "  lock incq (%r11)\n"
        "  jnz 1f\n"
        "  orq $-1, (%r11)\n"
        "1: jmp *.Lcstubs+4096+8(%rip)\n"
        "  .org .Lcstubs+32, 0xcc\n"
        ".popsection\n");

bool cstubs_can(void) { return true; }

/* ---- Pages ------------------------------------------------------------------ */

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u
#endif

static void write_code(unsigned char *page) {
    for (int at = 0; at < PAGE; at += LENGTH) memcpy(page + at, cstubs_code, LENGTH);
}

/* Written to a file that nobody else has, which is then mapped: no page is ever
 * both. */
static bool map_file(void *where, const unsigned char *code) {
    int file = memfd_create("tel-stubs", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (file < 0) file = memfd_create("tel-stubs", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return false;
    bool is_done = write(file, code, PAGE) == PAGE && fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0 &&
                   mmap(where, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_FIXED, file, 0) != MAP_FAILED;
    close(file);
    return is_done;
}

/* Where files in memory may not be executed: first written to, then executable. */
static bool map_nameless(void *where, const unsigned char *code) {
    if (mmap(where, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return false;
    memcpy(where, code, PAGE);
    return mprotect(where, PAGE, PROT_READ | PROT_EXEC) == 0;
}

/* The slots of a new page of stubs. */
static slot *new_page(void) {
    unsigned char code[PAGE];
    write_code(code);
    unsigned char *where = mmap(NULL, (size_t)2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (where == MAP_FAILED) return NULL;
    if (!map_file(where, code) && !map_nameless(where, code)) {
        int problem = errno;
        munmap(where, (size_t)2 * PAGE);
        errno = problem;
        return NULL;
    }
    return (slot *)(void *)(where + PAGE);
}

/* ---- Stubs ------------------------------------------------------------------ */

/* So many are freed after it before a stub is used again: who calls one late
 * still finds its target. */
enum { REST = 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static slot *fresh;            /* the next one that never was in use */
static int fresh_count;
static slot *first, *last;     /* those that are free, in the order of freeing */
static int free_count;

static void take_lock(void) { pthread_mutex_lock(&lock); }
static void leave_lock(void) { pthread_mutex_unlock(&lock); }
__attribute__((constructor)) static void watch_forks(void) { pthread_atfork(take_lock, leave_lock, leave_lock); }

static slot *take_free(void) {
    slot *found = first;
    if (!found) return NULL;
    first = found->next;
    if (!first) last = NULL;
    free_count--;
    return found;
}

static slot *take_fresh(void) {
    if (fresh_count == 0) {
        fresh = new_page();
        if (!fresh) return NULL;
        fresh_count = IN_A_PAGE;
    }
    fresh_count--;
    return fresh++;
}

tel_function cstubs_new(tel_counter *counter, tel_function target) {
    take_lock();
    slot *found = free_count > REST ? take_free() : take_fresh();
    if (!found) found = take_free();
    leave_lock();
    if (!found) return NULL;
    __atomic_store_n(&found->counter, counter, __ATOMIC_RELAXED);
    __atomic_store_n(&found->target, target, __ATOMIC_RELEASE);
    union { unsigned char *code; tel_function function; } stub = {(unsigned char *)found - PAGE};
    return stub.function;
}

void cstubs_free(tel_function function) {
    union { tel_function function; unsigned char *code; } stub = {function};
    slot *freed = (slot *)(void *)(stub.code + PAGE);
    take_lock();
    freed->next = NULL;
    if (last) last->next = freed;
    else first = freed;
    last = freed;
    free_count++;
    leave_lock();
}

#else

bool cstubs_can(void) { return false; }

tel_function cstubs_new(tel_counter *counter, tel_function target) {
    (void)counter, (void)target;
    errno = ENOSYS;
    return NULL;
}

void cstubs_free(tel_function stub) { (void)stub; }

#endif
