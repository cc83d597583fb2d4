/* A plugin, and one that is wrong in some way: -DWRONG_... says in which. */
#include <string.h>
#include <tel/plugin.h>
#include <unistd.h>

#ifndef NAME
#  define NAME "odd"
#endif
#ifndef MANIFEST
#  define MANIFEST "name " NAME "\n" "version 1.2.3\n" "summary is odd\n" "transport odd\n"
#endif

#ifndef WRONG_NO_MANIFEST
#  ifdef WRONG_RAW_MANIFEST
__attribute__((section(TEL_PLUGIN_SECTION), used)) static const char manifest[] = MANIFEST;
#  else
TEL_PLUGIN_MANIFEST(MANIFEST)
#  endif
#endif

#ifdef TRACE  /* whatever runs of it leaves a trace */
__attribute__((constructor)) static void run(void) { (void)!write(1, "its code ran\n", 13); }
#endif

static tel_status exchange(void *state, const tel_request *request, tel_answer *answer) {
    (void)state;
    (void)request;
    answer->code = 200;
    return TEL_OK;
}

static char endless[400];
static const char *const schemes[] = {
#ifdef WRONG_SCHEME
    "Odd:", NULL
#elif defined(WRONG_OTHER_SCHEME)
    "even", NULL
#elif defined(WRONG_NO_SCHEMES)
    NULL
#elif defined(WRONG_ENDLESS_SCHEMES)
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", NULL
#else
    "odd", NULL
#endif
};

static const tel_transport transport = {
#ifdef WRONG_TRANSPORT_SIZE
    16,
#else
    sizeof(tel_transport),
#endif
    0,
#ifdef WRONG_NULL_SCHEMES
    NULL,
#else
    schemes,
#endif
    NULL,
#ifdef WRONG_NO_EXCHANGE
    NULL
#else
    exchange
#endif
};

static const void *query(const char *id) { return strcmp(id, TEL_TRANSPORT) == 0 ? &transport : NULL; }

static tel_status start(const tel_host *host, const char *settings, void **state) {
    (void)settings;
    (void)state;
    if (host->size < sizeof *host || host->abi != TEL_PLUGIN_ABI || host->query(host->self, "nothing") != NULL) return TEL_E_INVALID;
    host->log(host->self, TEL_INFO, "starts");
    host->count(host->self, "odd/started", 1);
#ifdef WRONG_START
    return WRONG_START;
#else
    return TEL_OK;
#endif
}

#ifndef WRONG_NO_ENTRY
TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, NAME, "1.2.3", "is odd", start, NULL, query};
    memset(endless, 'x', sizeof endless);
#ifdef WRONG_SIZE
    plugin.size = WRONG_SIZE;
#endif
#ifdef WRONG_ABI
    plugin.abi = WRONG_ABI;
#endif
#ifdef WRONG_NAME
    plugin.name = WRONG_NAME;
#endif
#ifdef WRONG_VERSION
    plugin.version = WRONG_VERSION;
#endif
#ifdef WRONG_SUMMARY
    plugin.summary = WRONG_SUMMARY;
#endif
#ifdef WRONG_NO_QUERY
    plugin.query = NULL;
#endif
#ifdef WRONG_NULL
    return NULL;
#endif
    return &plugin;
}
#endif
