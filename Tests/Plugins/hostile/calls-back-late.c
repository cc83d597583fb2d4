static void leave(void *);
#define EXCHANGE answer->code = 404; leave(answer); return TEL_OK;
#include "hostile.h"

/* From another thread, when the exchange is over. */
static void *call(void *given) {
    tel_answer *answer = (tel_answer *)given;
    for (int i = 0; i < 20; i++) {
        usleep(2000);
        answer->write(answer->context, "late", 4);
        answer->tell(answer->context, "problem", "late");
    }
    return NULL;
}

static void leave(void *answer) {
    pthread_t thread;
    pthread_create(&thread, NULL, call, answer);
    pthread_detach(thread);
}
