/* file: a folder instead of a collector, for machines without a network. What
 * is below it is what a collector has at the same URLs:
 *
 *     config/latest.json                             is read
 *     upload/2026-11-27/<SHA-256 of the document>.json   is written
 *
 * Many machines may share the folder: a name is a document's own, and the same
 * document again is the same file. The folder must be there: one that is not
 * mounted yet is not made. Below it no link is followed. */
#define _GNU_SOURCE
#include "../plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

TEL_PLUGIN_MANIFEST("name file\n"
                    "version 1.0.0\n"
                    "summary puts documents into a folder\n"
                    "transport file\n")

/* ---- URL ----------------------------------------------------------------- */

enum { LONGEST = 4096 };

/* The folder, and two names below it: the last two of the URL. */
typedef struct place {
    char folder[LONGEST];
    char kind[256], name[256];
} place;

/* One name of a path, decoded: nothing that leads elsewhere. */
static bool take_name(char *to, size_t room, const char *from, size_t count) {
    return count > 0 && count < room && percent_decode(to, from, count) && strchr(to, '/') == NULL && strcmp(to, ".") != 0 &&
           strcmp(to, "..") != 0;
}

static bool take_url(const char *url, place *into) {
    if (strncmp(url, "file:", 5) != 0 || strlen(url) >= LONGEST || strpbrk(url, "?#") != NULL) return false;
    const char *path = url + 5;
    if (strncmp(path, "//", 2) == 0) {
        path += 2;
        if (strncmp(path, "localhost/", 10) == 0) path += 9;
    }
    if (*path != '/') return false;
    size_t names = 0, used = 0, at[2] = {0, 0}, length[2] = {0, 0};
    for (const char *next = path; *next != 0; names++) {
        size_t count = strcspn(next + 1, "/");
        /* What is two names from the end is the folder's. */
        if (names >= 2) {
            char name[256];
            if (!take_name(name, sizeof name, path + at[0], length[0])) return false;
            used += (size_t)snprintf(into->folder + used, sizeof into->folder - used, "/%s", name);
        }
        at[0] = at[1], length[0] = length[1];
        at[1] = (size_t)(next + 1 - path), length[1] = count;
        next += 1 + count;
    }
    if (used == 0) strcpy(into->folder, "/");
    return names >= 2 && take_name(into->kind, sizeof into->kind, path + at[0], length[0]) &&
           take_name(into->name, sizeof into->name, path + at[1], length[1]);
}

/* ---- Folders ------------------------------------------------------------- */

static int open_folder(int parent, const char *name, bool follows) {
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));
}

/* Opens a folder in another, made if need be. Negative on failure. */
static int make_folder(int parent, const char *name) {
    bool is_new = mkdirat(parent, name, 0777) == 0;
    if (!is_new && errno != EEXIST) return -1;
    if (is_new && fsync(parent) != 0) return -1;
    return open_folder(parent, name, false);
}

/* Without a word about it, errno stays. */
static void shut(int descriptor) {
    int before = errno;
    if (descriptor >= 0) close(descriptor);
    errno = before;
}

/* ---- Reading ------------------------------------------------------------- */

static tel_status copy(int file, const tel_request *request, tel_answer *answer) {
    char bytes[16384];
    uint32_t left = request->most;
    ssize_t count;
    while ((count = read(file, bytes, sizeof bytes)) != 0) {
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail(answer, TEL_E_IO, "can't read it: %s", strerror(errno));
        if ((size_t)count > left || answer->write(answer->context, bytes, (size_t)count) != TEL_OK) {
            return fail(answer, TEL_E_IO, "the file is longer than %u bytes", request->most);
        }
        left -= (uint32_t)count;
    }
    answer->code = 200;
    return TEL_OK;
}

static tel_status fetch(int folder, const place *from, const tel_request *request, tel_answer *answer) {
    int kind = open_folder(folder, from->kind, false);
    int file = kind < 0 ? -1 : openat(kind, from->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int error = errno;
    struct stat status;
    tel_status result;
    if (file < 0 && error == ENOENT) {
        answer->code = 404;
        result = TEL_OK;
    } else if (file < 0) {
        result = fail(answer, TEL_E_IO, "can't open %s/%s in %.200s: %s", from->kind, from->name, from->folder,
                      error == ELOOP || error == ENOTDIR ? "a link is not followed there" : strerror(error));
    } else if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        result = fail(answer, TEL_E_IO, "%s/%s in %.200s is not a regular file", from->kind, from->name, from->folder);
    } else {
        result = copy(file, request, answer);
    }
    shut(file);
    shut(kind);
    return result;
}

/* ---- Writing ------------------------------------------------------------- */

static bool write_all(int file, const void *bytes, size_t count) {
    const char *from = bytes;
    while (count > 0) {
        ssize_t written = write(file, from, count);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        from += written;
        count -= (size_t)written;
    }
    return true;
}

/* Complete and on the medium under its name, or not there. */
static bool put(int folder, const char *name, const tel_document *document) {
    struct stat status;
    /* Names say what is in them: what was put there before is the same. */
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size == document->count) {
        return fsync(folder) == 0;
    }
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != sizeof random) return false;
    char temporary[32];
    snprintf(temporary, sizeof temporary, ".tmp-%016llx", (unsigned long long)random);
    int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0) return false;
    bool is_done = write_all(file, document->bytes, document->count) && fsync(file) == 0;
    int error = errno;
    if (close(file) != 0 && is_done) is_done = false, error = errno;
    if (is_done && renameat(folder, temporary, folder, name) != 0) is_done = false, error = errno;
    if (!is_done) {
        unlinkat(folder, temporary, 0);
        errno = error;
        return false;
    }
    return fsync(folder) == 0;
}

/* The collector's receipt is ours to write. The name is a date, or whatever the
 * URL had: what JSON would have to escape is not repeated. */
static void receipt(const place *to, const char *digits, tel_answer *answer) {
    char text[512];
    time_t now = time(NULL);
    struct tm day;
    gmtime_r(&now, &day);
    bool is_plain = strspn(to->name, "0123456789-") == strlen(to->name);
    int count = snprintf(text, sizeof text, "{\"week\": \"%s\", \"sha256\": \"%s\", \"received\": \"%04d-%02d-%02d\"}\n", is_plain ? to->name : "",
                         digits, day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
    answer->write(answer->context, text, (size_t)count);
}

static tel_status deliver(int folder, const place *to, const tel_request *request, tel_answer *answer) {
    char digits[65], name[80];
    sha256_hex(request->document->bytes, request->document->count, digits);
    snprintf(name, sizeof name, "%s.json", digits);
    int kind = make_folder(folder, to->kind);
    int day = kind < 0 ? -1 : make_folder(kind, to->name);
    tel_status result = TEL_OK;
    if (day < 0 || !put(day, name, request->document)) {
        result = fail(answer, TEL_E_IO, "can't write to %s/%s in %.200s: %s", to->kind, to->name, to->folder,
                      errno == ELOOP || errno == ENOTDIR ? "a link is not followed there" : strerror(errno));
    } else {
        answer->code = 201;
        receipt(to, digits, answer);
    }
    shut(day);
    shut(kind);
    return result;
}

/* ---- The plugin ---------------------------------------------------------- */

static tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
    (void)state;
    place at = {.folder = ""};
    if (!take_url(request->url, &at)) {
        return fail(answer, TEL_E_INVALID, "%.200s is no URL of a folder: file:///, the folder, and names below it", request->url);
    }
    int folder = open_folder(AT_FDCWD, at.folder, true);
    if (folder < 0) return fail(answer, TEL_E_IO, "can't open the folder %.200s: %s", at.folder, strerror(errno));
    tel_status result = request->document == NULL ? fetch(folder, &at, request, answer) : deliver(folder, &at, request, answer);
    shut(folder);
    return result;
}

static const void *query(const char *interface_id) {
    static const char *const schemes[] = {"file", NULL};
    static const tel_transport transport = {sizeof transport, 0, schemes, NULL, exchange};
    return strcmp(interface_id, TEL_TRANSPORT) == 0 ? &transport : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "file", "1.0.0", "puts documents into a folder", NULL, NULL, query};
    return &plugin;
}
