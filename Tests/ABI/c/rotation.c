/* The one thread that libtel starts, when asked. Prints what /proc says of it. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"

static int64_t seconds = 1790000000;
static int64_t now(void) { return __atomic_load_n(&seconds, __ATOMIC_SEQ_CST); }

/* The id of a thread with this name, or 0; counts all in *total. */
static int thread_called(const char *wanted, int *total) {
    int found = 0;
    *total = 0;
    DIR *tasks = opendir("/proc/self/task");
    CHECK(tasks != NULL);
    for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        ++*total;
        char path[300], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL) continue;
        if (fgets(name, sizeof name, file)) name[strcspn(name, "\n")] = 0;
        fclose(file);
        if (strcmp(name, wanted) == 0) found = atoi(entry->d_name);
    }
    closedir(tasks);
    return found;
}

static int has_thread(void) {
    int total;
    return thread_called("tel-rotate", &total);
}

static void wait_for_thread(int there) {
    for (int turn = 0; turn < 500 && !!has_thread() != there; turn++) usleep(10000);
    CHECK(!!has_thread() == there);
}

static tel_config asking(void) {
    tel_config config = check_config();
    config.flags |= TEL_ROTATE;
    config.now = now;
    return config;
}

static void copy_proc(int thread, const char *what) {
    char path[100], line[512];
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", thread, what);
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file)) printf("%s %s", what, line);
    fclose(file);
}

static void manners(void) {
    int total;
    tel_config config = asking();
    CHECK(!has_thread());
    CHECK_STATUS(tel_open(&config), TEL_OK);
    wait_for_thread(1);
    int thread = thread_called("tel-rotate", &total);
    printf("threads %d\n", total);
    usleep(200000); /* let it come to rest */
    copy_proc(thread, "status");
    copy_proc(thread, "syscall");
    copy_proc(thread, "maps");
    tel_close();
    CHECK(!has_thread());
    CHECK_STATUS(tel_open(&config), TEL_OK);
    wait_for_thread(1);
    tel_close();
    CHECK(!has_thread());
}

static void unasked(void) {
    int before, after;
    (void)thread_called("", &before);
    tel_config config = check_config();
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter_inc("a");
    CHECK_STATUS(tel_rotate(), TEL_OK);
    CHECK_STATUS(tel_flush_report(0), TEL_OK);
    (void)thread_called("", &after);
    CHECK(before == after);
}

/* Nobody calls tel_rotate; the file changes all the same. */
static void rotates(void) {
    tel_config config = asking();
    CHECK_STATUS(tel_open(&config), TEL_OK);
    tel_counter *handle = tel_counter_named("a");
    tel_add(handle, 1);
    char first[5000];
    strcpy(first, tel_counter_file());
    __atomic_fetch_add(&seconds, 7 * 86400, __ATOMIC_SEQ_CST);
    for (int turn = 0; turn < 500 && strcmp(first, tel_counter_file()) == 0; turn++) usleep(10000);
    CHECK(strcmp(first, tel_counter_file()) != 0);
    tel_add(handle, 20);
    CHECK(check_value("a") == 20);
}

static void child_gets_its_own(void) {
    tel_config config = asking();
    CHECK_STATUS(tel_open(&config), TEL_OK);
    wait_for_thread(1);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        CHECK(!has_thread());
        tel_counter_inc("child");
        CHECK(!has_thread());
        CHECK_STATUS(tel_rotate(), TEL_OK);
        wait_for_thread(1);
        tel_close();
        CHECK(!has_thread());
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(has_thread());
    /* One that exits without a word of libtel. */
    child = fork();
    if (child == 0) exit(0);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int count, char **arguments) {
    CHECK(count == 2);
    const struct { const char *name; void (*run)(void); } cases[] = {
        {"manners", manners}, {"unasked", unasked}, {"rotates", rotates}, {"child-gets-its-own", child_gets_its_own},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (strcmp(arguments[1], cases[i].name) == 0) return cases[i].run(), 0;
    }
    return 2;
}
