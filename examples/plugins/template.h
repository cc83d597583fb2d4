/* What template.swift takes from C: libtel's header, libc, and the manifest,
 * which Swift cannot write as text. CHANGE: the name, which no other plugin has,
 * and the schemes of URLs. libtel reads it from the file, before any code runs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tel/plugin.h>

TEL_PLUGIN_MANIFEST("name template\n"
                    "version 1.0.0\n"
                    "summary carries documents to a folder\n"
                    "transport template\n")

/* Swift asks for it, so that the compiler keeps it. */
static inline const char *manifest(void) { return tel_plugin_manifest; }

/* A macro that Swift does not see. */
static inline int error_number(void) { return errno; }

/* Functions of C that take any number of arguments, which Swift does not call. */
static inline int open_for_reading(const char *path) { return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW); }
static inline void fcntl_close_on_exec(int file) { (void)fcntl(file, F_SETFD, FD_CLOEXEC); }
