/* Loads a transport as any host would, and makes exchanges with it: what a
 * plugin does is tested apart from libtel.
 *
 *     carry PLUGIN.so TIMEOUT-MS MOST URL [DOCUMENT|-] [TAG] ... [, URL ...]
 *
 * Prints for each exchange a line of status, code and retry-after, a line for
 * each thing told, and the answer behind "body". Then what a host could notice
 * of a child: whether a SIGCHLD came, whether there is one to wait for. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tel/plugin.h>
#include <unistd.h>

#define MUST(what) do { if (!(what)) { printf("not so: %s\n", #what); exit(1); } } while (0)

static char body[1 << 20];
static size_t length, most;
static char told[8192];
static volatile sig_atomic_t children;

static tel_status take(void *context, const void *bytes, size_t count) {
    MUST(context == body);
    if (count > most - length) return TEL_E_FULL;
    memcpy(body + length, bytes, count);
    length += count;
    return TEL_OK;
}

static void tell(void *context, const char *key, const char *text) {
    MUST(context == body);
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s %s\n", key, text);
}

static void count_child(int number) { (void)number; children++; }
static void ignore_log(void *self, tel_level level, const char *message) { (void)self; (void)level; (void)message; }
static void ignore_count(void *self, const char *counter, uint64_t n) { (void)self; (void)counter; (void)n; }
static const void *offer_nothing(void *self, const char *id) { (void)self; (void)id; return NULL; }

static char *content(const char *path, size_t *count) {
    FILE *file = fopen(path, "r");
    MUST(file != NULL);
    char *bytes = malloc(1 << 20);
    *count = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    MUST(argc >= 5);
    signal(SIGCHLD, count_child);
    if (getenv("CARRY_IGNORES_CHILDREN")) signal(SIGCHLD, SIG_IGN);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) printf("%s\n", dlerror());
    MUST(library != NULL);
    tel_plugin_entry_fn entry = (tel_plugin_entry_fn)dlsym(library, TEL_PLUGIN_ENTRY);
    MUST(entry != NULL);
    const tel_plugin *plugin = entry();
    MUST(plugin != NULL && plugin->size == sizeof *plugin && plugin->abi == TEL_PLUGIN_ABI && plugin->query("tel.nonsense/1") == NULL);
    static tel_host host = {sizeof host, TEL_PLUGIN_ABI, NULL, "1.0.0", "", ignore_log, ignore_count, offer_nothing};
    void *state = NULL;
    if (plugin->start) MUST(plugin->start(&host, NULL, &state) == TEL_OK);
    const tel_transport *transport = plugin->query(TEL_TRANSPORT);
    MUST(transport != NULL && transport->size == sizeof *transport && transport->schemes[0] != NULL && transport->exchange != NULL);
    most = (size_t)atol(argv[3]);
    for (int at = 4; at < argc; at++) {
        tel_request request = {sizeof request, 0, argv[at++], NULL, NULL, (uint32_t)atol(argv[2]), (uint32_t)most};
        tel_document document = {sizeof document, 0, "2026-11-27.json", "application/json", NULL, 0};
        if (at < argc && strcmp(argv[at], ",") != 0 && strcmp(argv[at++], "-") != 0) {
            document.bytes = content(argv[at - 1], &document.count);
            request.document = &document;
        }
        if (at < argc && strcmp(argv[at], ",") != 0) request.tag = argv[at++];
        length = 0;
        told[0] = 0;
        tel_answer answer = {sizeof answer, 0, 0, 0, body, take, tell};
        tel_status status = transport->exchange(state, &request, &answer);
        free((void *)(uintptr_t)document.bytes);
        printf("%s %d %u\n%sbody %.*s\n", status == TEL_OK ? "TEL_OK" : status == TEL_E_IO ? "TEL_E_IO" : status == TEL_E_TIMEOUT ? "TEL_E_TIMEOUT" : status == TEL_E_INVALID ? "TEL_E_INVALID" : "?",
               answer.code, answer.retry_after, told, (int)length, body);
        fflush(stdout);
        if (getenv("CARRY_CLOSES")) {  /* as hosts do that become daemons */
            closefrom(3);
            for (int count = 0; count < 8; count++) MUST(dup(1) >= 0);
        }
    }
    sigset_t pending;
    sigpending(&pending);
    int waited = waitpid(-1, NULL, WNOHANG);
    printf("children %d %s%s\n", (int)children, waited < 0 && errno == ECHILD ? "none" : "some", sigismember(&pending, SIGPIPE) ? " SIGPIPE" : "");
    if (plugin->stop) plugin->stop(state);
    return 0;
}
