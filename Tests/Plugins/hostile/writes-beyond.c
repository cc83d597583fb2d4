static int flood(void *, void *);
#define EXCHANGE answer->code = 200; flood((void *)answer->write, answer->context); return TEL_OK;
#include "hostile.h"

/* Writes on, whatever it is told. */
static int flood(void *function, void *context) {
    static char bytes[1 << 20];
    tel_status (*write)(void *, const void *, size_t) = (tel_status (*)(void *, const void *, size_t))function;
    for (int i = 0; i < 300; i++) write(context, bytes, sizeof bytes);
    return (int)write(context, bytes, (size_t)-1);
}
