/* One step from a function to its caller, by the tables of .eh_frame. They are of
 * a module that is loaded, and trusted as its code is. */
#ifndef TEL_CRASH_TABLES_H
#define TEL_CRASH_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#if defined __x86_64__
/* As DWARF numbers them. */
enum { UNWIND_FRAME = 6, UNWIND_STACK = 7, UNWIND_PC = 16, UNWIND_REGISTERS = 17 };
#elif defined __aarch64__
enum { UNWIND_FRAME = 29, UNWIND_LINK = 30, UNWIND_STACK = 31, UNWIND_PC = 32, UNWIND_REGISTERS = 33 };
#else
enum { UNWIND_FRAME, UNWIND_STACK, UNWIND_PC, UNWIND_REGISTERS };
#endif

typedef struct unwind_registers {
    uintptr_t value[UNWIND_REGISTERS];
} unwind_registers;

typedef enum unwind_outcome {
    UNWIND_CALLER,
    UNWIND_SIGNAL,  /* it is the frame of a signal; its caller was interrupted */
    UNWIND_END,     /* nobody called it */
    UNWIND_UNKNOWN  /* the tables do not say */
} unwind_outcome;

/* `context`: ucontext_t of a handler. */
void unwind_start(unwind_registers *is, const void *context);
/* `table`: the segment GNU_EH_FRAME of the module that `pc` is in. */
unwind_outcome unwind_step(unwind_registers *is, uintptr_t pc, const void *table);
/* From the first instruction of a function, or none, to where it was called. */
bool unwind_return(unwind_registers *is);
/* Which signal it was, in whose frame the stack pointer had this value; 0 if unknown. */
int unwind_signal(uintptr_t stack);

#endif
