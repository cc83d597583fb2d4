/* cancelled.c - threads that are cancelled, or end, within a call of libtel. */
#include "check.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static void *rotates(void *unused) {
    (void)unused;
    for (int turn = 0; turn < 1 << 30; turn++) {
        tel_rotate();
        pthread_testcancel();
    }
    return NULL;
}

static void *counts_new_names(void *unused) {
    (void)unused;
    for (int number = 0; number < 1 << 30; number++) {
        char name[32];
        snprintf(name, sizeof name, "new/%d", number);
        tel_counter_inc(name);
        pthread_testcancel();
    }
    return NULL;
}

static tel_status ends(void *context, const char *begin, const char *end) {
    (void)context, (void)begin, (void)end;
    pthread_exit(NULL);
}

static void *visits(void *unused) {
    (void)unused;
    tel_visitor visitor = TEL_INIT(tel_visitor);
    visitor.week = ends;
    tel_report_visit(NULL, &visitor);
    return "returned";
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    void *(*body)(void *) = strcmp(arguments[1], "rotate") == 0 ? rotates : strcmp(arguments[1], "new-names") == 0 ? counts_new_names : visits;
    CHECK_STATUS(tel_open(NULL), TEL_OK);
    tel_counter_inc("a");
    for (int turn = 0; turn < 20; turn++) {
        pthread_t thread;
        void *result = "";
        CHECK(pthread_create(&thread, NULL, body, NULL) == 0);
        usleep(2000);
        if (body != visits) pthread_cancel(thread);
        CHECK(pthread_join(thread, &result) == 0);
        CHECK(result == (body == visits ? NULL : PTHREAD_CANCELED));
    }
    CHECK_STATUS(tel_rotate(), TEL_OK);
    tel_counter_inc("a");
    return 0;
}
