/* The stack of a thread that was interrupted, found within a signal handler: no
 * lock, no allocation, nothing that another thread might be changing. Reading may
 * fault where the stack is in pieces; the caller is ready for that. */
#ifndef TEL_CRASH_UNWIND_H
#define TEL_CRASH_UNWIND_H

#include "record.h"

/* Finds out what this machine offers. Not in a handler. */
void unwind_prepare(void);

/* A process that raises a signal itself may be in a handler that says once more
 * what has happened before; then that is wanted. Faults are raised for nothing
 * else. SIGABRT is: there the kernel must have told the handler which signal it
 * was, which it does with SA_SIGINFO. */
enum unwind_beginning { UNWIND_AS_IT_IS, UNWIND_IF_REPEATED, UNWIND_REPEATED };

/* Adds frames to the record as they are found, so that what was found stays if
 * more cannot be. `context`: of the handler. */
void unwind(crash_record *record, const void *context, enum unwind_beginning beginning);

/* The path of the running program, for the linker has none of it. */
extern char unwind_program[408];

#endif
