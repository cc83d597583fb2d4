/* Loads the libraries that belong to libtel.so: they are in the folder tel beside
 * it. What is in them runs with all that the host may do; so they must be as hard
 * for others to change as libtel itself. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "entry.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

tel_status entry_refuse(tel_status status, const char *format, ...) {
    char text[1024];
    va_list pieces;
    va_start(pieces, format);
    int count = vsnprintf(text, sizeof text, format, pieces);
    va_end(pieces);
    entry_set_message(text, count < (int)sizeof text ? (size_t)count : sizeof text - 1);
    return status;
}

/* What is there belongs to root or this user, and nobody else may write to it.
 * A group of the owner's own number is taken for his private one. */
static bool is_safe(const char *path, mode_t kind) {
    struct stat is;
    return lstat(path, &is) == 0 && (is.st_mode & S_IFMT) == kind && (is.st_uid == 0 || is.st_uid == geteuid()) &&
           !(is.st_mode & (is.st_gid == is.st_uid ? S_IWOTH : S_IWOTH | S_IWGRP));
}

void *entry_companion(const char *name, const char *symbol) {
    /* Its folder as it was when libtel was loaded, in which a relative path began elsewhere. */
    char path[2 * PATH_MAX];
    Dl_info unused;
    struct link_map *own;
    if (!dladdr1(&entry, &unused, (void **)&own, RTLD_DL_LINKMAP) || dlinfo(own, RTLD_DI_ORIGIN, path) != 0) path[0] = 0;
    char *end = path + strlen(path);
    stpcpy(stpcpy(end, "/tel/"), name);
    if (access(path, F_OK) != 0) return entry_refuse(TEL_E_UNSUPPORTED, "there is no %s, which does this", path), NULL;
    bool is_sound = is_safe(path, S_IFREG);
    end[4] = 0;
    is_sound = is_sound && is_safe(path, S_IFDIR);
    end[4] = '/';
    if (!is_sound)
        return entry_refuse(TEL_E_UNSUPPORTED, "%s is not loaded: it and its folder must be yours or root's, no links, and for nobody else to write", path), NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return entry_refuse(TEL_E_UNSUPPORTED, "cannot load %s: %s", name, dlerror()), NULL;
    void *found = dlsym(library, symbol);
    if (!found) entry_refuse(TEL_E_UNSUPPORTED, "%s belongs to another version of libtel", path);
    return found;
}
