/* The stack of a thread that was interrupted, found within a signal handler: no
 * lock, no allocation, nothing that another thread might be changing. Reading may
 * fault where the stack is in pieces; the caller is ready for that. */
#ifndef TEL_CRASH_UNWIND_H
#define TEL_CRASH_UNWIND_H

#include "record.h"

/* Finds out what this machine offers. Not in a handler. */
void unwind_prepare(void);

/* Adds frames to the record as they are found, so that what was found stays if
 * more cannot be. `context`: of the handler. `is_own`: the process itself raised
 * the signal; if a handler of a crash did, the crash is what is wanted. */
void unwind(crash_record *record, const void *context, int is_own);

/* The path of the running program, for the linker has none of it. */
extern char unwind_program[408];

#endif
