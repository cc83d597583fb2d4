/* What every plugin has: entry, texts, query, start and stop. */
#define _GNU_SOURCE
#include "trial.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_entry(trial *trial) {
    trial_load(trial);
    say_ok("ABI %u, size %u", trial->plugin->abi, trial->plugin->size);
}

static void check_texts(trial *trial) {
    char said[300] = "";
    trial_load(trial);
    require_text(trial->plugin->name, "its name");
    require_text(trial->plugin->version, "its version");
    require_text(trial->plugin->summary, "its summary");
    size_t length = strlen(trial->plugin->name);
    REQUIRE(length > 0 && length <= 32 && strspn(trial->plugin->name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length,
            "its name is \"%s\", and must be 1 to 32 of a to z, 0 to 9 and \"-\"", trial->plugin->name);
    REQUIRE(manifest_value(trial->path, "name", said, sizeof said) && strcmp(said, trial->plugin->name) == 0, "its name is \"%s\", but \"%s\" in its manifest", trial->plugin->name, said);
    if (manifest_value(trial->path, "version", said, sizeof said) && strcmp(said, trial->plugin->version) != 0)
        say_note("its version is %.100s, but %.100s in its manifest", trial->plugin->version, said);
    say_ok("%s %.100s", trial->plugin->name, trial->plugin->version);
}

/* Ids that nobody has, and those of revisions to come. */
static const char *const strangers[] = {"", "tel", "tel.nonsense/1", "tel.transport", "tel.transport/0", "tel.transport/999", "tel.transport/1 ", "TEL.TRANSPORT/1", "tel.stack-provider/999"};
enum { STRANGERS = sizeof strangers / sizeof *strangers };

static unsigned ask_strangers(const tel_plugin *plugin) {
    for (unsigned i = 0; i < STRANGERS; i++)
        if (plugin->query(strangers[i]) != NULL) return i + 1;
    return 0;
}

static void check_query(trial *trial) {
    trial_load(trial);
    unsigned number = ask_strangers(trial->plugin);
    REQUIRE(number == 0, "its query answers for \"%s\", which is no interface that it can know", strangers[number - 1]);
    static char longest[100000];
    memset(longest, 'x', sizeof longest - 1);
    REQUIRE(trial->plugin->query(longest) == NULL, "its query answers for 99,999 times \"x\"");
    char offered[200] = "";
    for (size_t i = 0; suites[i] != NULL; i++) {
        if (!suites[i]->is_interface) continue;
        const void *table = trial_table(trial, suites[i]->name, 8);
        for (int again = 0; again < 3; again++) REQUIRE(trial->plugin->query(suites[i]->name) == table, "its query answers for %s with another table when it is asked again", suites[i]->name);
        if (table) snprintf(offered + strlen(offered), sizeof offered - strlen(offered), "%s%s", *offered ? ", " : "", suites[i]->name);
    }
    if (!*offered) say_note("it offers no interface that this libtel knows");
    say_ok("%s", offered);
}

static void check_start(trial *trial) {
    trial_load(trial);
    trial_start(trial);
    trial_stop(trial);
    say_ok("%s", trial->settings ? "with the settings that were given" : "without settings");
}

static void check_nonsense(trial *trial) {
    static char endless[65536];
    memset(endless, 'x', sizeof endless - 1);
    const char *const nonsense[] = {"", "\001\377 nonsense=\n;{\"", "%s%n%s%n%s%n", endless};
    trial_load(trial);
    if (!trial->plugin->start) say_ok("it has no start");
    unsigned silent = 0;
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        /* A plugin is started once in a process. */
        pid_t child = fork();
        if (child == 0) {
            void *state = NULL;
            tel_status status = trial->plugin->start(&trial_host, nonsense[i], &state);
            if (status == TEL_OK && trial->plugin->stop) trial->plugin->stop(state);
            _exit(!is_status(status) ? 101 : status != TEL_OK && trial_logged == 0 ? 102 : 100);
        }
        int status;
        waitpid(child, &status, 0);
        REQUIRE(!WIFSIGNALED(status), "with settings that are nonsense its start ended the process by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
        REQUIRE(WEXITSTATUS(status) != 101, "with settings that are nonsense its start answers with what is no status");
        REQUIRE(WEXITSTATUS(status) == 100 || WEXITSTATUS(status) == 102, "with settings that are nonsense its start ended the process with status %d", WEXITSTATUS(status));
        silent += WEXITSTATUS(status) == 102;
    }
    if (silent) say_note("its start refuses nonsense, and does not log why");
}

/* ---- Many threads -------------------------------------------------------- */

enum { THREADS = 8, ROUNDS = 20000 };

static void *ask(void *given) {
    const trial *trial = given;
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; suites[i] != NULL; i++)
            if (suites[i]->is_interface) (void)trial->plugin->query(suites[i]->name);
        if (round % 16 == 0 && ask_strangers(trial->plugin) != 0) return given;
    }
    return NULL;
}

static void check_threads(trial *trial) {
    trial_load(trial);
    trial_start(trial);
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) REQUIRE(pthread_create(&threads[i], NULL, ask, trial) == 0, "there are no threads");
    for (int i = 0; i < THREADS; i++) {
        void *bad;
        pthread_join(threads[i], &bad);
        REQUIRE(bad == NULL, "asked from several threads, its query answers for interfaces that nobody has");
    }
    say_ok("%d at once", THREADS);
}

/* ---- What it leaves behind ----------------------------------------------- */

typedef struct scene {
    unsigned         descriptors, threads;
    struct sigaction actions[65];
    sigset_t         mask;
    mode_t           umask;
    char             folder[4096];
} scene;

static unsigned entries(const char *path) {
    unsigned count = 0;
    DIR *folder = opendir(path);
    while (folder && readdir(folder)) count++;
    if (folder) closedir(folder);
    return count;
}

static void look(scene *seen) {
    memset(seen, 0, sizeof *seen);
    seen->descriptors = open_descriptors();
    seen->threads = entries("/proc/self/task");
    for (int number = 1; number < 65; number++) sigaction(number, NULL, &seen->actions[number]);
    pthread_sigmask(SIG_SETMASK, NULL, &seen->mask);
    umask(seen->umask = umask(0));
    if (!getcwd(seen->folder, sizeof seen->folder)) seen->folder[0] = 0;
}

/* Of signals that plugins are tempted by. */
static void compare(const scene *before, const scene *after, const char *when) {
    for (int number = 1; number < 65; number++)
        REQUIRE(before->actions[number].sa_handler == after->actions[number].sa_handler, "%s another handler is there for signal %d (%s): it is the program's", when, number, strsignal(number));
    for (int number = 1; number < 65; number++)
        REQUIRE(sigismember(&before->mask, number) == sigismember(&after->mask, number), "%s signal %d (%s) is blocked in another way", when, number, strsignal(number));
    REQUIRE(before->umask == after->umask, "%s the umask is another one", when);
    REQUIRE(strcmp(before->folder, after->folder) == 0, "%s the working directory is another one", when);
}

static void check_left(trial *trial) {
    static scene first, started, last;
    look(&first);
    trial_load(trial);
    trial_start(trial);
    look(&started);
    compare(&first, &started, "after its start");
    for (int descriptor = 3; descriptor < 190; descriptor++) {
        int flags = fcntl(descriptor, F_GETFD);
        REQUIRE(flags < 0 || (flags & FD_CLOEXEC), "it has opened descriptor %d without O_CLOEXEC: programs that the host starts get it", descriptor);
    }
    trial_stop(trial);
    look(&last);
    compare(&first, &last, "after its stop");
    REQUIRE(last.descriptors <= first.descriptors, "after its stop %u descriptors more are open than before it was loaded", last.descriptors - first.descriptors);
    REQUIRE(last.threads <= first.threads, "after its stop %u threads go on", last.threads - first.threads);
    say_ok("no descriptor, thread or handler");
}

/* For valgrind. */
static void check_memory(trial *trial) {
    trial_load(trial);
    (void)ask_strangers(trial->plugin);
    trial_start(trial);
    trial_stop(trial);
}

const suite plugin_suite = {
    "plugin", false, (const check[]){
        {"entry", check_entry, true, false},
        {"texts", check_texts, false, false},
        {"query", check_query, true, false},
        {"start", check_start, true, false},
        {"nonsense", check_nonsense, false, false},
        {"threads", check_threads, false, false},
        {"left behind", check_left, false, false},
        {"memory", check_memory, false, true},
        {0},
    }};
