/* sqlite.c - what SQLite asks of its allocator and of the file system, counted and
 * timed, in a SQLite that knows nothing of it.
 *
 *     cc -o sqlite sqlite.c $(pkg-config --cflags --libs tel sqlite3)
 *     ./sqlite test.db 1000
 *     tel dump
 *
 * SQLite's tables of functions are copied, with probes in the place of functions:
 * the allocator's, the file system's (VFS), and that of open files. Each probe
 * calls the original. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <tel.h>

/* A function that counts and calls this one; or this one, where none can be made. */
static tel_function counted(const char *name, const char *signature, tel_function target, uint32_t flags) {
    tel_probe *probe;
    if (tel_probe_new(&probe, name, signature, target, flags) == TEL_OK) return tel_probe_function(probe);
    fprintf(stderr, "%s is not counted: %s\n", name, tel_error_message());
    return target;
}

#define COUNTED(table, member, name, signature, flags) \
    ((table).member = (__typeof__((table).member))counted(name, signature, (tel_function)(table).member, flags))

static void count_allocator(void) {
    static sqlite3_mem_methods memory;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory);
    COUNTED(memory, xMalloc, "sqlite/malloc", "P(i)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
    COUNTED(memory, xRealloc, "sqlite/realloc", "P(Pi)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
    COUNTED(memory, xFree, "sqlite/free", "v(P)", 0);
    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
}

/* ---- Files that are open ---- */

static int (*open_file)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);

/* SQLite has a table for each way of locking; one is usual. */
static void count_file(sqlite3_file *file) {
    static const sqlite3_io_methods *original;
    static sqlite3_io_methods methods;
    if (!file->pMethods || (original && original != file->pMethods)) return;
    if (!original) {
        original = file->pMethods;
        methods = *original;
        COUNTED(methods, xRead, "sqlite/read", "i{0=ok,522=short,*=error}(PPiq)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
        COUNTED(methods, xWrite, "sqlite/write", "i{0=ok,*=error}(PPiq)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
        COUNTED(methods, xSync, "sqlite/sync", "i{0=ok,*=error}(Pi)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
        COUNTED(methods, xLock, "sqlite/lock", "i(Pi)", 0);
    }
    file->pMethods = &methods;
}

static int open_and_count(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *got) {
    int status = open_file(vfs, path, file, flags, got);
    if (status == SQLITE_OK) count_file(file);
    return status;
}

static void count_files(void) {
    static sqlite3_vfs vfs;
    vfs = *sqlite3_vfs_find(NULL);
    vfs.zName = "counted";
    COUNTED(vfs, xOpen, "sqlite/open", "i{0=ok,*=error}(PPPiP)", TEL_PROBE_LATENCY | TEL_PROBE_RESULT);
    COUNTED(vfs, xDelete, "sqlite/delete", "i{0=ok,*=error}(PPi)", TEL_PROBE_RESULT);
    open_file = vfs.xOpen;
    vfs.xOpen = open_and_count;
    sqlite3_vfs_register(&vfs, 1);
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: sqlite FILE ROWS\n"), 2;
    tel_open(NULL);
    count_allocator();
    count_files();

    sqlite3 *database;
    if (sqlite3_open(arguments[1], &database) != SQLITE_OK) return fprintf(stderr, "%s\n", sqlite3_errmsg(database)), 1;
    char *text = sqlite3_mprintf(
        "CREATE TABLE IF NOT EXISTS numbers(n);"
        "WITH RECURSIVE upto(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM upto WHERE n < %d) INSERT INTO numbers SELECT n FROM upto",
        atoi(arguments[2]));
    char *problem = NULL;
    if (sqlite3_exec(database, text, NULL, NULL, &problem) != SQLITE_OK) return fprintf(stderr, "%s\n", problem), 1;
    sqlite3_free(text);
    printf("%lld rows\n", (long long)sqlite3_last_insert_rowid(database));
    sqlite3_close(database);
    return 0;
}
