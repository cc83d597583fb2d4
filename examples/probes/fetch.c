/* fetch.c - how long a program keeps libcurl waiting in the function that takes
 * what was received.
 *
 *     cc -o fetch fetch.c $(pkg-config --cflags --libs tel libcurl)
 *     ./fetch https://example.com/ > page.html
 *     tel dump
 */
#include <curl/curl.h>
#include <stdio.h>
#include <tel.h>

/* libcurl's curl_write_callback. */
static size_t keep(char *bytes, size_t size, size_t count, void *file) { return fwrite(bytes, size, count, file); }

int main(int count, char **arguments) {
    if (count != 2) return fprintf(stderr, "usage: fetch URL\n"), 2;
    tel_open(NULL);

    curl_write_callback keeping = keep;
    tel_probe *probe;
    if (tel_probe_new(&probe, "fetch/keep", "N(PNNP)", (tel_function)keep, TEL_PROBE_LATENCY) == TEL_OK)
        keeping = (curl_write_callback)tel_probe_function(probe);
    else fprintf(stderr, "not timed: %s\n", tel_error_message());

    CURL *transfer = curl_easy_init();
    curl_easy_setopt(transfer, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, keeping);
    curl_easy_setopt(transfer, CURLOPT_WRITEDATA, (void *)stdout);
    CURLcode status = curl_easy_perform(transfer);
    curl_easy_cleanup(transfer);
    if (status != CURLE_OK) fprintf(stderr, "%s\n", curl_easy_strerror(status));
    return status != CURLE_OK;
}
