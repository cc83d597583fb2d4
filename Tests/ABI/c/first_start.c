/* first_start DIRECTORY PROCESSES PROGRAMS COUNTS: so many processes that
 * never met start in the same instant, each as one of the programs, and count
 * "start/counted" so often, half of it before they open. The exit status is
 * the number of those that could not open. */
#include "tel.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int64_t monday(void) { return 1795428000; }

static int start(const char *directory, int program, int counts) {
    char name[64];
    snprintf(name, sizeof name, "example.com/start%d", program);
    tel_config config = TEL_INIT(tel_config);
    config.directory = directory;
    config.program = name;
    config.version = "v1.0.0";
    config.toolchain = "gcc12.2";
    config.now = monday;
    config.flags = TEL_NO_REPORT;
    tel_counter_add("start/counted", (uint64_t)counts / 2);
    tel_status status = tel_open(&config);
    if (status != TEL_OK) fprintf(stderr, "%s: %s\n", tel_status_name(status), tel_error_message());
    for (int i = counts / 2; i < counts; i++) tel_counter_inc("start/counted");
    return status != TEL_OK;
}

int main(int argc, char **argv) {
    if (argc != 5) return 255;
    int processes = atoi(argv[2]), programs = atoi(argv[3]), counts = atoi(argv[4]);
    struct barrier {
        atomic_int ready, go;
    } *barrier = mmap(NULL, sizeof *barrier, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (barrier == MAP_FAILED) return 255;
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();
        if (child < 0) return 255;
        if (child > 0) continue;
        atomic_fetch_add(&barrier->ready, 1);
        while (!atomic_load(&barrier->go)) sched_yield();
        _exit(start(argv[1], i % programs, counts));
    }
    while (atomic_load(&barrier->ready) < processes) sched_yield();
    atomic_store(&barrier->go, 1);
    int failed = 0;
    for (int i = 0; i < processes; i++) {
        int status;
        if (wait(&status) < 0) return 255;
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    return failed;
}
