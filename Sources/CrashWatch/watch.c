/* libtel-crash.so: a process that dies of a signal leaves a record of where it
 * was. The handler writes into memory that is a file already; it takes no lock and
 * allocates nothing. Then the process dies as it would have: what was there before
 * is put back, and what happened happens again. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "crash.h"
#include "file.h"
#include "unwind.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
#define SIGNALS (sizeof signals / sizeof *signals)
static struct sigaction before[SIGNALS];

static atomic_int writer;        /* the thread that writes the record; 0: nobody yet */
static atomic_bool is_written;
static jmp_buf interrupted;      /* touching what is not there leads here */

static pid_t thread_now(void) { return (pid_t)syscall(SYS_gettid); }

static void begin_record(crash_record *record, int signal, const siginfo_t *info, const void *context) {
    record->state = CRASH_BEING_WRITTEN;
    record->signal = signal;
    record->code = info->si_code;
    record->frame_count = record->module_count = 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    record->time = now.tv_sec;
    bool is_own = info->si_code == SI_TKILL && info->si_pid == getpid();
    unwind(record, context, !is_own ? UNWIND_AS_IT_IS : signal == SIGABRT ? UNWIND_IF_REPEATED : UNWIND_REPEATED);
}

/* A fault while the stack is read ends the reading; one while the record is
 * completed, the record: somebody has cut its file short. */
static void write_record(int signal, const siginfo_t *info, const void *context) {
    static volatile int faults;
    static crash_record *record;
    faults = 0;
    if (_setjmp(interrupted) == 0) {
        record = file_record();
        begin_record(record, signal, info, context);
    } else {
        faults++;
    }
    if (faults < 2) file_complete(record);
}

/* What happened happens again, as if nobody had watched: a fault by itself when
 * the handler returns, a signal that was sent is sent again. It waits until then. */
static void pass_on(int signal, siginfo_t *info) {
    for (size_t at = 0; at < SIGNALS; at++)
        if (signals[at] == signal) sigaction(signal, &before[at], NULL);
    bool is_fault = info->si_code > 0 && !(signal == SIGBUS && info->si_code == BUS_MCEERR_AO);
    if (is_fault) return;
    sigset_t it;
    sigemptyset(&it);
    sigaddset(&it, signal);
    pthread_sigmask(SIG_BLOCK, &it, NULL);
    if (syscall(SYS_rt_tgsigqueueinfo, getpid(), thread_now(), signal, info) != 0) syscall(SYS_tgkill, getpid(), thread_now(), signal);
}

/* Another thread is quicker, and the process ends with it. But not for ever: it
 * may have been cut short. */
static void wait_for_writer(void) {
    const struct timespec moment = {.tv_nsec = 1000000};
    for (int turns = 0; turns < 2000 && !atomic_load(&is_written); turns++) nanosleep(&moment, NULL);
}

static void handle(int signal, siginfo_t *info, void *context) {
    int error = errno, nobody = 0;
    pid_t thread = thread_now();
    if (atomic_compare_exchange_strong(&writer, &nobody, thread)) {
        /* A fault while the stack is read must arrive, whatever the host had blocked. */
        sigset_t faults;
        sigemptyset(&faults);
        sigaddset(&faults, SIGSEGV);
        sigaddset(&faults, SIGBUS);
        pthread_sigmask(SIG_UNBLOCK, &faults, NULL);
        write_record(signal, info, context);
        atomic_store(&is_written, true);
    } else if (nobody == thread) {
        if (!atomic_load(&is_written)) _longjmp(interrupted, 1);
    } else {
        wait_for_writer();
    }
    pass_on(signal, info);
    /* A child of vfork shares the memory. */
    if (file_is_of_parent()) {
        atomic_store(&is_written, false);
        atomic_store(&writer, 0);
    }
    errno = error;
}

static void in_child(void) {
    atomic_store(&is_written, false);
    atomic_store(&writer, 0);
}

/* ---- Setting it up --------------------------------------------------------- */

static void (*set_message)(const void *bytes, size_t count);

static tel_status refuse(tel_status status, const char *sentence) {
    set_message(sentence, strlen(sentence));
    return status;
}

/* Python's faulthandler ends the process. What else Python installs delivers the
 * signal to a function of Python's, later. */
static bool is_faulthandler(const struct sigaction *found) {
    void *python = dlsym(RTLD_DEFAULT, "Py_IsInitialized");
    Dl_info its, theirs;
    return python && (found->sa_flags & SA_NODEFER) && dladdr(python, &its) && dladdr((void *)found->sa_handler, &theirs) && its.dli_fbase == theirs.dli_fbase;
}

/* All or nothing: a signal that goes elsewhere would be no crash for us, and one
 * for the host. */
static tel_status install(uint32_t flags) {
    struct sigaction found[SIGNALS];
    for (size_t at = 0; at < SIGNALS; at++) {
        sigaction(signals[at], NULL, &found[at]);
        bool is_own = (found[at].sa_flags & SA_SIGINFO) && found[at].sa_sigaction == handle;
        if (is_own || found[at].sa_handler == SIG_DFL || found[at].sa_handler == SIG_IGN || (flags & TEL_CRASH_CHAIN) || is_faulthandler(&found[at])) continue;
        char text[200];
        snprintf(text, sizeof text, "crashes are not watched for: signal %d (SIG%s) has a handler already, and nobody knows whether it ends the process; TEL_CRASH_CHAIN says that it does",
                 signals[at], sigabbrev_np(signals[at]));
        return refuse(TEL_E_UNSUPPORTED, text);
    }
    struct sigaction own = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigfillset(&own.sa_mask);
    /* One that comes while the stack is read ends the reading. */
    sigdelset(&own.sa_mask, SIGSEGV);
    sigdelset(&own.sa_mask, SIGBUS);
    for (size_t at = 0; at < SIGNALS; at++) {
        bool is_own = (found[at].sa_flags & SA_SIGINFO) && found[at].sa_sigaction == handle;
        /* What is ignored when it is sent does not end the process. */
        if (is_own || found[at].sa_handler == SIG_IGN) continue;
        before[at] = found[at];
        sigaction(signals[at], &own, NULL);
    }
    return TEL_OK;
}

tel_status tel_crash_entry(const crash_job *job) {
    static bool is_prepared;
    set_message = job->set_message;
    if (job->version != TEL_VERSION) return refuse(TEL_E_UNSUPPORTED, "libtel-crash.so belongs to another version of libtel");
    if (job->flags & ~(uint32_t)TEL_CRASH_CHAIN) return refuse(TEL_E_INVALID, "tel_crash_watch does not know all of these flags");
    if (job->is_thread && !is_prepared) return refuse(TEL_E_INVALID, "tel_crash_thread comes after tel_crash_watch");
    if (!job->is_thread) {
        if (file_is_go()) return refuse(TEL_E_UNSUPPORTED, "crashes are not watched for: the program is Go's, whose runtime handles them; see debug.SetCrashOutput");
        if (!*job->counter_file) return refuse(TEL_E_INVALID, "tel_crash_watch needs a counter file: call tel_open first");
        int problem = file_prepare(job->counter_file);
        if (problem) {
            char text[160];
            snprintf(text, sizeof text, "crashes are not watched for: cannot make a record in the folder crash: %s", strerrordesc_np(problem));
            return refuse(problem == ENOSPC || problem == EDQUOT ? TEL_E_FULL : TEL_E_IO, text);
        }
    }
    int problem = file_give_stack();
    if (problem) return refuse(TEL_E_IO, "there is no memory for an alternate stack");
    if (job->is_thread) return TEL_OK;
    unwind_prepare();
    tel_status status = install(job->flags);
    if (status == TEL_OK && !is_prepared) pthread_atfork(NULL, NULL, in_child);
    if (status == TEL_OK) is_prepared = true;
    else if (!is_prepared) file_forget();
    return status;
}
