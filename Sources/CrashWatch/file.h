/* The record's file, and the stack that a handler runs on. */
#ifndef TEL_CRASH_FILE_H
#define TEL_CRASH_FILE_H

#include <stdbool.h>

#include "record.h"

/* Makes this process's record beside the folder of its counter file, or begins it
 * anew. An errno. */
int file_prepare(const char *counter_file);
/* Removes it: the process ends well, or is not watched. */
void file_forget(void);
/* An alternate stack for this thread, unless it has one. An errno. */
int file_give_stack(void);
/* Whether the program is one of Go's. */
bool file_is_go(void);

/* In the handler. In a forked child the record is its own, and becomes a file when
 * it is complete. */
crash_record *file_record(void);
void file_complete(crash_record *record);
/* Whether what was prepared belongs to another process, whose child this is. */
bool file_is_of_parent(void);

#endif
