/* https, and http to this machine: a collector on the web, by libcurl. */
#define _GNU_SOURCE
#include "../plugin.h"

#include <curl/curl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <strings.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "sockets.h"

#if LIBCURL_VERSION_NUM < 0x075700
#  error "libcurl 7.87 or newer is needed"
#endif

TEL_PLUGIN_MANIFEST("name https\n"
                    "version 1.0.0\n"
                    "summary carries documents by HTTPS\n"
                    "transport https http\n")

enum {
    CONNECT_MS = 10000,       /* to connect, at most */
    SLOW_BYTES = 32,          /* fewer a second than these, */
    SLOW_SECONDS = 20,        /* for so long, and the exchange is over */
    MOST_HEADERS = 64 << 10,  /* bytes */
};

typedef struct https_state {
    CURL    *curl;    /* kept, and its connection with it; NULL before the first exchange */
    pid_t    owner;   /* the process that made it: a forked child must not use its connection */
    char     agent[64];
    bool     is_old;  /* HTTP/2 has failed: 1.1 from now on */
    sockets  open;
} https_state;

/* ---- One exchange -------------------------------------------------------- */

typedef struct exchange {
    const tel_answer *answer;
    uint32_t          most;
    size_t            body, headers;
    bool              is_too_much;
    bool              has_head;  /* the line behind the headers has come */
} exchange;

static size_t take_body(char *bytes, size_t size, size_t count, void *context) {
    exchange *now = context;
    count *= size;
    if (count > now->most - now->body || now->answer->write(now->answer->context, bytes, count) != TEL_OK) {
        now->is_too_much = true;
        return CURL_WRITEFUNC_ERROR;
    }
    now->body += count;
    return count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
    exchange *now = context;
    count *= size;
    now->headers += count;
    if (now->headers > MOST_HEADERS) {
        now->is_too_much = true;
        return 0;
    }
    /* Each of several heads (100 Continue, 200 OK) ends so. */
    now->has_head = count <= 2 && (count == 0 || bytes[count - 1] == '\n');
    return count;
}

/* http goes to this machine and no other. */
static tel_status check_url(const char *text, bool *is_plain, const tel_answer *answer) {
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL;
    tel_status status = TEL_OK;
    if (url == NULL || curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) || curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(url, CURLUPART_HOST, &host, 0)) {
        status = fail(answer, TEL_E_INVALID, "%.200s is no URL that can be used", text);
    } else if (strcasecmp(scheme, "http") == 0) {
        unsigned a, b, c, d;
        char rest;
        bool is_local = strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
                        (sscanf(host, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &rest) == 4 && a == 127);
        if (!is_local) status = fail(answer, TEL_E_INVALID, "http goes to this machine alone, and %.200s is another; use https", host);
        *is_plain = true;
    } else if (strcasecmp(scheme, "https") != 0) {
        status = fail(answer, TEL_E_INVALID, "%.200s is neither https nor http", text);
    }
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return status;
}

/* Which certificates are trusted: as the command curl has it. */
static void trust(CURL *curl) {
    const char *bundle = getenv("CURL_CA_BUNDLE"), *file = getenv("SSL_CERT_FILE"), *folder = getenv("SSL_CERT_DIR");
    if (bundle != NULL && *bundle != 0) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, bundle);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
        return;
    }
    bool has_file = file != NULL && *file != 0, has_folder = folder != NULL && *folder != 0;
    if (!has_file && !has_folder) return;
    curl_easy_setopt(curl, CURLOPT_CAINFO, has_file ? file : NULL);
    curl_easy_setopt(curl, CURLOPT_CAPATH, has_folder ? folder : NULL);
}

static struct curl_slist *headers_of(const tel_request *request) {
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    char line[512];
    if (request->document != NULL) {
        snprintf(line, sizeof line, "Content-Type: %.200s", request->document->media_type);
        list = curl_slist_append(list, line);
    }
    if (request->tag != NULL && strlen(request->tag) < 400 && strpbrk(request->tag, "\r\n") == NULL) {
        snprintf(line, sizeof line, "If-None-Match: %s", request->tag);
        list = curl_slist_append(list, line);
    }
    return list;
}

static void set_up(https_state *state, const tel_request *request, bool is_plain, long total, exchange *now, char *error, struct curl_slist *headers) {
    CURL *curl = state->curl;
    curl_easy_reset(curl);  /* the connection stays */
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, total < CONNECT_MS ? total : CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  /* else it waits for a look-up that nobody answers */
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)(state->is_old ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, state->agent);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, now);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, now);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->most);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, sockets_open);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &state->open);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETFUNCTION, sockets_close);
    curl_easy_setopt(curl, CURLOPT_CLOSESOCKETDATA, &state->open);
    if (is_plain) curl_easy_setopt(curl, CURLOPT_PROXY, "");
    trust(curl);
    if (request->document != NULL) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->document->count > 0 ? request->document->bytes : "");
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->document->count);
    }
}

static void take_answer(CURL *curl, tel_answer *answer) {
    long code = 0;
    curl_off_t retry_after = 0;
    char *location = NULL;
    struct curl_header *tag = NULL;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    answer->code = (int32_t)code;
    if (!curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after) && retry_after > 0) {
        answer->retry_after = retry_after > UINT32_MAX ? UINT32_MAX : (uint32_t)retry_after;
    }
    if (!curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location) && location != NULL) answer->tell(answer->context, "location", location);
    if (!curl_easy_header(curl, "ETag", 0, CURLH_HEADER, -1, &tag)) answer->tell(answer->context, "tag", tag->value);
}

static tel_status problem_of(CURLcode code, const char *error, const exchange *now, const tel_request *request, const tel_answer *answer) {
    const char *text = *error != 0 ? error : curl_easy_strerror(code);
    if (now->is_too_much || code == CURLE_FILESIZE_EXCEEDED) {
        return fail(answer, TEL_E_IO, "the answer is longer than %u bytes", request->most);
    }
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT: return fail(answer, TEL_E_TIMEOUT, "%.400s", text);
        case CURLE_URL_MALFORMAT: return fail(answer, TEL_E_INVALID, "%.400s", text);
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_ISSUER_ERROR: return fail(answer, TEL_E_IO, "the server's certificate is not accepted: %.400s", text);
        case CURLE_SSL_CACERT_BADFILE: return fail(answer, TEL_E_IO, "the certificates to trust can't be read; look at SSL_CERT_FILE and CURL_CA_BUNDLE: %.300s", text);
        default: return fail(answer, TEL_E_IO, "%.400s", text);
    }
}

static bool prepare(https_state *state) {
    /* A descriptor of ours that the host has closed may be a file of the host's
     * by now, and a forked child shares the connection with its parent. Such a
     * handle is not even freed, which would say good-bye on the connection. */
    if (state->curl != NULL && (state->owner != getpid() || !sockets_are_ours(&state->open))) state->curl = NULL;
    if (state->curl == NULL) {
        sockets_forget(&state->open);
        state->curl = curl_easy_init();
        state->owner = getpid();
    }
    return state->curl != NULL;
}

static CURLcode perform(https_state *state, const tel_request *request, bool is_plain, long total, exchange *now, char *error) {
    struct curl_slist *headers = headers_of(request);
    set_up(state, request, is_plain, total, now, error, headers);
    CURLcode code = curl_easy_perform(state->curl);
    curl_easy_setopt(state->curl, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(state->curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    return code;
}

static tel_status ask(https_state *state, const tel_request *request, bool is_plain, tel_answer *answer) {
    long total = request->timeout_ms > INT_MAX ? INT_MAX : (long)request->timeout_ms;
    long long end = milliseconds() + total;
    char error[CURL_ERROR_SIZE] = "";
    exchange now = {.answer = answer, .most = request->most};
    if (!prepare(state)) return fail(answer, TEL_E_IO, "libcurl can't start");
    CURLcode code = perform(state, request, is_plain, total, &now, error);
    if ((code == CURLE_HTTP2 || code == CURLE_HTTP2_STREAM) && !state->is_old) {
        /* A server may answer before it has read the document, and by HTTP/2 not
         * all versions of libcurl take that. */
        curl_easy_cleanup(state->curl);
        state->curl = NULL;
        state->is_old = true;
        long left = (long)(end - milliseconds());
        if (now.body == 0 && left > 0 && prepare(state)) {
            now = (exchange){.answer = answer, .most = request->most};
            *error = 0;
            code = perform(state, request, is_plain, left, &now, error);
        }
    }
    if (code != CURLE_OK) return problem_of(code, error, &now, request, answer);
    if (!now.has_head) return fail(answer, TEL_E_IO, "the answer was cut off"); /* libcurl takes it for one */
    take_answer(state->curl, answer);
    return TEL_OK;
}

/* Writing to a connection that is gone raises SIGPIPE, which would end the host:
 * it is kept from this thread, and taken away if it came. */
static tel_status exchange_(void *context, const tel_request *request, tel_answer *answer) {
    bool is_plain = false;
    tel_status status = check_url(request->url, &is_plain, answer);
    if (status != TEL_OK) return status;
    sigset_t pipe, before, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    status = ask(context, request, is_plain, answer);
    if (!was_pending) {
        struct timespec nothing = {0, 0};
        while (sigtimedwait(&pipe, NULL, &nothing) == SIGPIPE) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

/* ---- The plugin ---------------------------------------------------------- */

static CURLcode global_status;
static void start_curl(void) { global_status = curl_global_init(CURL_GLOBAL_DEFAULT); }

static tel_status start(const tel_host *host, const char *settings, void **into) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)settings;
    /* libcurl would listen to the environment, which is somebody else's. */
    if (getauxval(AT_SECURE) != 0) return TEL_E_OFF;
    pthread_once(&once, start_curl);
    if (global_status != CURLE_OK) return TEL_E_PLUGIN;
    https_state *state = calloc(1, sizeof *state);
    if (state == NULL) return TEL_E_FULL;
    snprintf(state->agent, sizeof state->agent, "libtel/%.40s", host->version);
    sockets_forget(&state->open);
    *into = state;
    return TEL_OK;
}

static void stop(void *context) {
    https_state *state = context;
    if (state->curl != NULL && state->owner == getpid() && sockets_are_ours(&state->open)) curl_easy_cleanup(state->curl);
    free(state);
}

static const void *query(const char *interface_id) {
    static const char *const schemes[] = {"https", "http", NULL};
    static const tel_transport transport = {sizeof transport, 0, schemes, NULL, exchange_};
    return strcmp(interface_id, TEL_TRANSPORT) == 0 ? &transport : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "https", "1.0.0", "carries documents by HTTPS", start, stop, query};
    return &plugin;
}
