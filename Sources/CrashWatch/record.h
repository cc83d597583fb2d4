/* A crash record: what a process that dies leaves for others to count. It is a
 * file of CRASH_SIZE bytes in the folder crash of the telemetry directory, in this
 * machine's order of bytes. docs/formats.md has the same table; Sources/Crashes
 * reads it. */
#ifndef TEL_CRASH_RECORD_H
#define TEL_CRASH_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define CRASH_SIZE 16384
#define CRASH_VERSION 1
#define CRASH_FRAMES 32
#define CRASH_MODULES 32
#define CRASH_NO_MODULE 0xffffffffu

enum { CRASH_PREPARED = 0, CRASH_BEING_WRITTEN = 1, CRASH_COMPLETE = 2 };

typedef struct crash_frame {
    uint64_t address; /* as the module's own tables number it: of the instruction, or the last byte of the call */
    uint32_t module;  /* CRASH_NO_MODULE: none, and the address is 0 */
    uint32_t flags;   /* 0 */
} crash_frame;

typedef struct crash_module {
    uint32_t id_length;
    uint32_t path_length;
    uint8_t id[32];   /* the build-id */
    char path[408];
} crash_module;

typedef struct crash_record {
    char magic[8];         /* "telcrash" */
    uint32_t version;
    uint32_t size;
    uint32_t state;        /* becomes CRASH_COMPLETE last */
    int32_t pid;
    uint64_t start;        /* of the process, in clock ticks after the boot */
    char boot[40];         /* which boot; NUL behind it */
    uint64_t pid_space;    /* in which namespace the pid counts */
    int64_t time;          /* of the crash, Unix seconds */
    int32_t signal;
    int32_t code;
    uint32_t frame_count;
    uint32_t module_count;
    uint32_t metadata_length;
    uint32_t reserved;     /* 0 */
    char metadata[912];    /* lines of the process's counter file: who counts */
    crash_frame frames[CRASH_FRAMES];
    crash_module modules[CRASH_MODULES];
} crash_record;

_Static_assert(offsetof(crash_record, state) == 16 && offsetof(crash_record, boot) == 32 && offsetof(crash_record, time) == 80 &&
                   offsetof(crash_record, frame_count) == 96 && offsetof(crash_record, metadata) == 112 && offsetof(crash_record, frames) == 1024 &&
                   offsetof(crash_record, modules) == 1536 && sizeof(crash_module) == 448 && sizeof(crash_record) <= CRASH_SIZE,
               "docs/formats.md and Sources/Crashes say so");

#endif
