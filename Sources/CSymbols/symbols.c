#define _GNU_SOURCE
#include "csymbols.h"
#include "tel/plugin.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t csymbols_build_id(const void *notes, size_t count, uint8_t *into) {
    const uint8_t *at = notes;
    while (count >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) head;
        memcpy(&head, at, sizeof head);
        at += sizeof head;
        count -= sizeof head;
        size_t name = ((size_t)head.n_namesz + 3) & ~(size_t)3, text = ((size_t)head.n_descsz + 3) & ~(size_t)3;
        if (name > count || text > count - name) return 0;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && memcmp(at, "GNU", 4) == 0 && head.n_descsz <= CSYMBOLS_BUILD_ID) {
            memcpy(into, at + name, head.n_descsz);
            return head.n_descsz;
        }
        at += name + text;
        count -= name + text;
    }
    return 0;
}

typedef struct search {
    uintptr_t address;
    csymbols_module *found;
    bool is_first, is_done;
} search;

/* Notes that no loaded part has are not in memory. */
static bool is_loaded(const struct dl_phdr_info *info, const ElfW(Phdr) *wanted) {
    for (int at = 0; at < info->dlpi_phnum; at++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[at];
        if (part->p_type == PT_LOAD && part->p_flags & PF_R && wanted->p_vaddr >= part->p_vaddr && wanted->p_memsz <= part->p_filesz &&
            wanted->p_vaddr - part->p_vaddr <= part->p_filesz - wanted->p_memsz)
            return true;
    }
    return false;
}

static int look(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    search *wanted = context;
    bool is_program = wanted->is_first;
    wanted->is_first = false;
    for (int at = 0; at < info->dlpi_phnum; at++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[at];
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        if (part->p_type != PT_LOAD || wanted->address - start >= part->p_memsz) continue;
        csymbols_module *found = wanted->found;
        *found = (csymbols_module){.start = start, .end = start + part->p_memsz, .bias = info->dlpi_addr, .is_program = is_program};
        found->parts = info->dlpi_phdr;
        found->parts_length = info->dlpi_phnum * sizeof *info->dlpi_phdr;
        snprintf(found->path, sizeof found->path, "%s", info->dlpi_name ? info->dlpi_name : "");
        for (int note = 0; note < info->dlpi_phnum && found->build_id_length == 0; note++) {
            const ElfW(Phdr) *notes = &info->dlpi_phdr[note];
            if (notes->p_type == PT_NOTE && is_loaded(info, notes))
                found->build_id_length = csymbols_build_id((const void *)(info->dlpi_addr + notes->p_vaddr), notes->p_memsz, found->build_id);
        }
        wanted->is_done = true;
        return 1;
    }
    return 0;
}

bool csymbols_find(uintptr_t address, csymbols_module *found) {
    search wanted = {address, found, true, false};
    dl_iterate_phdr(look, &wanted);
    return wanted.is_done;
}

char *csymbols_demangled(const char *name) {
    typedef char *(*itanium)(const char *, char *, size_t *, int *);
    typedef char *(*swift)(const char *, size_t, char *, size_t *, uint32_t);
    if (name[0] == '_' && name[1] == 'Z') {
        itanium demangle = (itanium)dlsym(RTLD_DEFAULT, "__cxa_demangle");
        int status = 0;
        return demangle ? demangle(name, NULL, NULL, &status) : NULL;
    }
    if (name[0] == '$' && (name[1] == 's' || name[1] == 'S')) {
        swift demangle = (swift)dlsym(RTLD_DEFAULT, "swift_demangle");
        return demangle ? demangle(name, strlen(name), NULL, NULL, 0) : NULL;
    }
    return NULL;
}

/* ---- What is never unloaded ------------------------------------------------ */

typedef struct survey {
    void *const *addresses;
    uint32_t count;
    uint32_t staying;
    bool is_first;
} survey;

/* The program, libc, and what says so itself. */
static bool stays(const struct dl_phdr_info *info, bool is_first, bool has_libc) {
    if (is_first || has_libc) return true;
    for (int at = 0; at < info->dlpi_phnum; at++) {
        if (info->dlpi_phdr[at].p_type != PT_DYNAMIC) continue;
        for (const ElfW(Dyn) *entry = (const void *)(info->dlpi_addr + info->dlpi_phdr[at].p_vaddr); entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_FLAGS_1) return entry->d_un.d_val & DF_1_NODELETE;
    }
    return false;
}

static int count_staying(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    survey *into = context;
    uint32_t inside = 0;
    bool has_libc = false;
    for (int at = 0; at < info->dlpi_phnum; at++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[at];
        if (part->p_type != PT_LOAD) continue;
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        has_libc = has_libc || (uintptr_t)dl_iterate_phdr - start < part->p_memsz;
        for (uint32_t index = 0; index < into->count; index++) inside += (uintptr_t)into->addresses[index] - 1 - start < part->p_memsz;
    }
    if (inside > 0 && stays(info, into->is_first, has_libc)) into->staying += inside;
    into->is_first = false;
    return 0;
}

bool csymbols_stay(void *const *addresses, uint32_t count) {
    survey all = {addresses, count, 0, true};
    dl_iterate_phdr(count_staying, &all);
    return all.staying == count;
}

void csymbols_free(char *text) { free(text); }

uint32_t csymbols_ask(const void *given, void *state, uintptr_t pc, tel_frame *frames, uint32_t capacity) {
    const tel_stack_provider *provider = given;
    uint32_t count = provider->symbolize ? provider->symbolize(state, pc, frames, capacity) : 0;
    return count <= capacity ? count : 0;
}
