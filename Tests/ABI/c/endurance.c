/* endurance.c CASE COUNT - so many opens, rotations or forks, and afterwards
 * memory, mappings, descriptors and disk are what they were when all was warm. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"

static int64_t seconds = 1795500000;
static int64_t now(void) { return seconds; }

typedef struct { long kilobytes, mappings, descriptors, files, bytes; } usage;

static long entries(const char *path) {
    long count = -2;
    DIR *folder = opendir(path);
    CHECK(folder != NULL);
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

/* Reports are kept, one a week: here they are taken away, as by their reader. */
static void take_reports(void) {
    DIR *folder = opendir("T/local");
    struct dirent *entry;
    if (!folder) return;
    while ((entry = readdir(folder))) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && (strcmp(dot, ".json") == 0 || strcmp(dot, ".begin") == 0)) CHECK(unlinkat(dirfd(folder), entry->d_name, 0) == 0);
    }
    closedir(folder);
}

static usage look(void) {
    usage found = {0};
    char line[1024];
    long size;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &size, &found.kilobytes) == 2);
    fclose(file);
    found.kilobytes *= sysconf(_SC_PAGESIZE) / 1024;
    CHECK((file = fopen("/proc/self/maps", "r")) != NULL);
    while (fgets(line, sizeof line, file)) found.mappings++;
    fclose(file);
    found.descriptors = entries("/proc/self/fd");
    take_reports();
    found.files = entries("T/local");
    DIR *folder = opendir("T/local");
    struct dirent *entry;
    struct stat status;
    while ((entry = readdir(folder))) {
        if (fstatat(dirfd(folder), entry->d_name, &status, 0) == 0) found.bytes += (long)status.st_blocks * 512;
    }
    closedir(folder);
    return found;
}

static tel_config config(void) {
    tel_config made = check_config();
    made.directory = "T";
    made.now = now;
    made.flags = 0; /* reports are made in passing */
    return made;
}

static void open_and_close(tel_counter *counter) {
    tel_config asked = config();
    CHECK_STATUS(tel_open(&asked), TEL_OK);
    tel_add(counter, 1);
    tel_close();
}

static void rotate(tel_counter *counter) {
    static long weeks;
    seconds += 7 * 86400;
    if (++weeks % 100000 == 0) seconds = 1795500000 + weeks; /* years have four digits */
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_add(counter, 1);
    if (weeks % 200 == 0) take_reports();
}

static void fork_one(tel_counter *counter) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        tel_add(counter, 1);
        tel_counter_inc("endurance/child");
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 3);
    long count = atol(argv[2]);
    void (*once)(tel_counter *) = strcmp(argv[1], "opens") == 0 ? open_and_close : strcmp(argv[1], "rotations") == 0 ? rotate : fork_one;
    tel_counter *counter = tel_counter_named("endurance/handle");
    tel_config asked = config();
    CHECK_STATUS(tel_open(&asked), TEL_OK);
    if (once == open_and_close) tel_close();
    for (long n = 0; n < 300; n++) once(counter);
    usage before = look();
    for (long n = 0; n < count; n++) once(counter);
    usage after = look();
    printf("%ld %s: %ld to %ld KiB, %ld to %ld mappings, %ld to %ld descriptors, %ld to %ld files, %ld to %ld bytes\n", count, argv[1],
           before.kilobytes, after.kilobytes, before.mappings, after.mappings, before.descriptors, after.descriptors, before.files, after.files,
           before.bytes, after.bytes);
    /* The files of past weeks lie where there was room: neighbours are one mapping, or two. */
    CHECK(after.mappings <= before.mappings + 16);
    CHECK(after.descriptors == before.descriptors);
    CHECK(after.files <= before.files + 2);
    CHECK(after.bytes <= before.bytes + 64 * 1024);
    /* What the heap's arenas may differ by; a leak of 16 bytes a turn shows from 50,000 turns on. */
    CHECK(after.kilobytes <= before.kilobytes + 512);
    return 0;
}
