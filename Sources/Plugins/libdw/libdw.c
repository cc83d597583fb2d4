/* libdw: names frames by the debug information in the program's own files (-g):
 * lines, and the functions that were inlined. Nothing is fetched, and no separate
 * file of debug information is looked for. */
#define _GNU_SOURCE
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <link.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tel/plugin.h>

TEL_PLUGIN_MANIFEST("name libdw\n"
                    "version 1.0.0\n"
                    "summary names the lines of stacks, where there is debug information\n"
                    "stack-provider usual\n")

/* One thread at a time; in a forked child it is free, and what it guarded is made anew. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static Dwfl *known;
static unsigned long long generation;

static int no_debug_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *file, const char *link, GElf_Word crc,
                         char **found) {
    (void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
    return -1;
}

static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_linux_proc_find_elf, .find_debuginfo = no_debug_file};

static int take_generation(struct dl_phdr_info *info, size_t size, void *into) {
    (void)size;
    *(unsigned long long *)into = info->dlpi_adds + info->dlpi_subs;
    return 1;
}

/* What is loaded now. */
static Dwfl *modules(unsigned long long now) {
    if (known != NULL && generation == now) return known;
    if (known != NULL) dwfl_end(known);
    known = dwfl_begin(&callbacks);
    if (known == NULL) return NULL;
    generation = now;
    if (dwfl_linux_proc_report(known, getpid()) != 0 || dwfl_report_end(known, NULL, NULL) != 0) {
        dwfl_end(known);
        known = NULL;
    }
    return known;
}

static const char *text_of(Dwarf_Die *function, int attribute) {
    Dwarf_Attribute found;
    return dwarf_formstring(dwarf_attr_integrate(function, (unsigned)attribute, &found));
}

/* As the linker has it: with its arguments' types, which libtel leaves out. A
 * copy, for the file it is in may be closed. Each is asked for once a stack. */
static const char *name_of(Dwarf_Die *function) {
    const char *name = text_of(function, DW_AT_linkage_name);
    if (name == NULL) name = text_of(function, DW_AT_MIPS_linkage_name);
    if (name == NULL) name = text_of(function, DW_AT_name);
    return name != NULL ? strdup(name) : NULL;
}

/* The frames of one address: from the innermost inlined function to the real one. */
static uint32_t fill(Dwarf_Die *unit, Dwarf_Addr address, const char *symbol, int line, tel_frame *frames, uint32_t capacity) {
    Dwarf_Die *innermost = NULL, *scopes = NULL;
    /* What is around it where it was written, of which the first is wanted; then
     * what is around that where it is called. */
    int count = dwarf_getscopes(unit, address, &innermost);
    if (count > 0) count = dwarf_getscopes_die(&innermost[0], &scopes);
    free(innermost);
    uint32_t used = 0;
    for (int at = 0; at < count && used < capacity; at++) {
        Dwarf_Die *scope = &scopes[at];
        int tag = dwarf_tag(scope);
        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine) continue;
        /* The linker's name has the namespaces, too. */
        const char *name = tag == DW_TAG_subprogram && symbol != NULL ? strdup(symbol) : name_of(scope);
        if (name == NULL) break;
        tel_frame *frame = &frames[used++];
        *frame = (tel_frame){NULL, name, line, 0, tag == DW_TAG_inlined_subroutine ? TEL_FRAME_INLINED : 0, 0};
        if (tag == DW_TAG_subprogram) {
            int first = 0;
            Dwarf_Addr entry = 0;
            if (line > 0 && dwarf_decl_line(scope, &first) == 0) frame->line = line - first;
            else frame->flags = TEL_FRAME_INLINED;
            if (dwarf_entrypc(scope, &entry) != 0) entry = address;
            for (uint32_t all = 0; all < used; all++) frames[all].offset = address - entry;
            free(scopes);
            return used;
        }
        /* The next one calls it here. */
        Dwarf_Attribute found;
        Dwarf_Word called = 0;
        line = dwarf_formudata(dwarf_attr(scope, DW_AT_call_line, &found), &called) == 0 ? (int)called : 0;
    }
    free(scopes);
    return 0;
}

static uint32_t symbolize(void *state, uintptr_t pc, tel_frame *frames, uint32_t capacity) {
    (void)state;
    unsigned long long now = 0;
    dl_iterate_phdr(take_generation, &now);
    uint32_t count = 0;
    pthread_mutex_lock(&mutex);
    Dwfl *all = modules(now);
    Dwfl_Module *module = all != NULL ? dwfl_addrmodule(all, pc) : NULL;
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = module != NULL ? dwfl_module_addrdie(module, pc, &bias) : NULL;
    if (unit != NULL) {
        Dwfl_Line *found = dwfl_module_getsrc(module, pc);
        int line = 0;
        if (found == NULL || dwfl_lineinfo(found, NULL, &line, NULL, NULL, NULL) == NULL) line = 0;
        count = fill(unit, pc - bias, dwfl_module_addrname(module, pc), line, frames, capacity);
    }
    pthread_mutex_unlock(&mutex);
    return count;
}

static void in_child(void) {
    pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    mutex = fresh;
    /* Another thread may have been changing it. */
    known = NULL;
}

static tel_status start(const tel_host *host, const char *settings, void **state) {
    (void)host, (void)settings, (void)state;
    return pthread_atfork(NULL, NULL, in_child) == 0 ? TEL_OK : TEL_E_FULL;
}

static const void *query(const char *interface_id) {
    static const tel_stack_provider provider = {sizeof provider, 0, NULL, symbolize};
    return strcmp(interface_id, TEL_STACK_PROVIDER) == 0 ? &provider : NULL;
}

TEL_EXPORT const tel_plugin *tel_plugin_entry(void) {
    static const tel_plugin plugin = {sizeof plugin, TEL_PLUGIN_ABI, "libdw", "1.0.0", "names the lines of stacks, where there is debug information", start, NULL, query};
    return &plugin;
}
