/* A place on this machine that a transport can be sent to. */
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>

/* Listens on 127.0.0.1 and answers each request of HTTP with 200 and so many
 * bytes; silent: it takes connections and says nothing. The port, 0 on failure. */
int collector_start(size_t answer, bool is_silent);

#endif
