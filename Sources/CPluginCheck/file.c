/* What can be told from the file, before any of its code runs. That it is a
 * library with one manifest and in a safe place, the plugin host has looked at. */
#define _GNU_SOURCE
#include "trial.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct image {
    const unsigned char *bytes;
    size_t               size;
} image;

static const void *part(image file, uint64_t offset, uint64_t size) {
    if (offset > file.size || size > file.size - offset) say_failed("it is cut off, or its tables lead beyond its end");
    return file.bytes + offset;
}

static image map(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat is;
    if (descriptor < 0 || fstat(descriptor, &is) != 0 || is.st_size < (off_t)sizeof(Elf64_Ehdr)) say_failed("it cannot be read");
    void *bytes = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED) say_failed("it cannot be read");
    return (image){bytes, (size_t)is.st_size};
}

static const Elf64_Shdr *section(image file, unsigned number) {
    const Elf64_Ehdr *header = part(file, 0, sizeof *header);
    if (header->e_shentsize != sizeof(Elf64_Shdr) || number >= header->e_shnum) return NULL;
    return part(file, header->e_shoff + number * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr));
}

static const Elf64_Shdr *section_of_type(image file, uint32_t type) {
    const Elf64_Shdr *found;
    for (unsigned i = 0; (found = section(file, i)) != NULL; i++)
        if (found->sh_type == type) return found;
    return NULL;
}

/* A text in a table of them, which ends within it. */
static const char *text_at(image file, const Elf64_Shdr *table, uint64_t offset) {
    const char *texts = part(file, table->sh_offset, table->sh_size);
    if (offset >= table->sh_size || strnlen(texts + offset, table->sh_size - offset) == table->sh_size - offset) say_failed("it is damaged: a name in it does not end");
    return texts + offset;
}

static const Elf64_Shdr *manifest(image file) {
    const Elf64_Ehdr *header = part(file, 0, sizeof *header);
    const Elf64_Shdr *names = section(file, header->e_shstrndx), *found;
    for (unsigned i = 0; names != NULL && (found = section(file, i)) != NULL; i++)
        if (strcmp(text_at(file, names, found->sh_name), TEL_PLUGIN_SECTION) == 0) return found;
    say_failed("it has no manifest");
}

bool manifest_value(const char *path, const char *key, char *into, size_t room) {
    image file = map(path);
    const Elf64_Shdr *found = manifest(file);
    const char *text = part(file, found->sh_offset, found->sh_size), *end = text + found->sh_size;
    size_t length = strlen(key);
    bool is_there = false;
    while (text < end && *text != 0) {
        const char *next = memchr(text, '\n', (size_t)(end - text));
        size_t count = (size_t)((next ? next : end) - text);
        if (count > length && memcmp(text, key, length) == 0 && text[length] == ' ') {
            snprintf(into, room, "%.*s", (int)strnlen(text + length + 1, count - length - 1), text + length + 1);
            is_there = true;
        }
        text += count + 1;
    }
    munmap((void *)file.bytes, file.size);
    return is_there;
}

/* ---- Checks -------------------------------------------------------------- */

/* The host forgives a manifest without its NUL; what reads it by strings does not. */
static void check_manifest(trial *trial) {
    static const char *const known[] = {"abi", "name", "version", "summary", "transport", "stack-provider", "exporter", "offers"};
    char unknown[128] = "", value[300];
    image file = map(trial->path);
    const Elf64_Shdr *found = manifest(file);
    const char *text = part(file, found->sh_offset, found->sh_size), *end = text + found->sh_size;
    REQUIRE(found->sh_size > 0 && end[-1] == 0, "its manifest does not end with a zero byte; TEL_PLUGIN_MANIFEST of tel/plugin.h writes one");
    for (const char *line = text; line < end && *line != 0; line = strchrnul(line, '\n') + 1) {
        size_t length = strcspn(line, " \n");
        bool is_known = length == 0;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) is_known |= strlen(known[i]) == length && memcmp(line, known[i], length) == 0;
        if (!is_known) snprintf(unknown, sizeof unknown, "%.*s", (int)length, line);
        if (*strchrnul(line, '\n') == 0) break;
    }
    if (!manifest_value(trial->path, "version", value, sizeof value)) say_note("its manifest has no line \"version\", which \"tel plugins\" shows");
    if (!manifest_value(trial->path, "summary", value, sizeof value)) say_note("its manifest has no line \"summary\", which \"tel plugins\" shows");
    REQUIRE(strlen(value) <= 256, "the summary in its manifest has more than 256 bytes");
    if (*unknown) say_note("libtel does not know the key \"%s\" of its manifest, and skips it", unknown);
    say_ok("%zu of 4096 bytes", strlen(text));
}

/* Two libraries that export the same name share it: what others can see is what they can break. */
static void check_exports(trial *trial) {
    image file = map(trial->path);
    const Elf64_Shdr *symbols = section_of_type(file, SHT_DYNSYM);
    REQUIRE(symbols != NULL, "it has no table of what it exports");
    const Elf64_Shdr *names = section(file, symbols->sh_link);
    REQUIRE(names != NULL && symbols->sh_entsize == sizeof(Elf64_Sym), "it is damaged: its table of exports is none");
    const Elf64_Sym *all = part(file, symbols->sh_offset, symbols->sh_size);
    unsigned others = 0;
    const char *one = "";
    bool has_entry = false;
    for (size_t i = 1; i < symbols->sh_size / sizeof *all; i++) {
        if (all[i].st_shndx == SHN_UNDEF || ELF64_ST_BIND(all[i].st_info) == STB_LOCAL || ELF64_ST_VISIBILITY(all[i].st_other) == STV_HIDDEN) continue;
        const char *name = text_at(file, names, all[i].st_name);
        if (strcmp(name, TEL_PLUGIN_ENTRY) == 0) has_entry = true;
        else if (others++ == 0) one = name;
    }
    REQUIRE(has_entry, "it exports no function tel_plugin_entry; TEL_EXPORT stands before it");
    if (others > 0) say_note("besides tel_plugin_entry it exports %u names, %.100s for one; -fvisibility=hidden keeps them inside", others, one);
    say_ok("tel_plugin_entry alone");
}

static const Elf64_Phdr *segment(image file, uint32_t type) {
    const Elf64_Ehdr *header = part(file, 0, sizeof *header);
    if (header->e_phentsize != sizeof(Elf64_Phdr)) return NULL;
    const Elf64_Phdr *all = part(file, header->e_phoff, header->e_phnum * sizeof *all);
    for (unsigned i = 0; i < header->e_phnum; i++)
        if (all[i].p_type == type) return &all[i];
    return NULL;
}

static void check_stack(trial *trial) {
    const Elf64_Phdr *stack = segment(map(trial->path), PT_GNU_STACK);
    REQUIRE(stack != NULL && !(stack->p_flags & PF_X), "loading it makes the program's stacks executable; -Wl,-z,noexecstack mends that");
}

static uint64_t dynamic(image file, int64_t tag, bool *is_there) {
    const Elf64_Phdr *found = segment(file, PT_DYNAMIC);
    REQUIRE(found != NULL, "it is no shared library");
    const Elf64_Dyn *all = part(file, found->p_offset, found->p_filesz);
    for (size_t i = 0; i < found->p_filesz / sizeof *all && all[i].d_tag != DT_NULL; i++)
        if (all[i].d_tag == tag) return *is_there = true, all[i].d_un.d_val;
    return *is_there = false, 0;
}

static void check_search_path(trial *trial) {
    image file = map(trial->path);
    bool is_run, is_old;
    uint64_t offset = dynamic(file, DT_RUNPATH, &is_run);
    if (!is_run) offset = dynamic(file, DT_RPATH, &is_old);
    if (!is_run && !is_old) say_ok("none of its own");
    const Elf64_Shdr *names = section_of_type(file, SHT_DYNAMIC);
    names = names ? section(file, names->sh_link) : NULL;
    REQUIRE(names != NULL, "it is damaged: its table of names is none");
    const char *path = text_at(file, names, offset), *at = path;
    do {
        size_t length = strcspn(at, ":");
        REQUIRE(length > 0 && (*at == '/' || strncmp(at, "$ORIGIN", 7) == 0 || strncmp(at, "${ORIGIN}", 9) == 0),
                "its libraries are searched in \"%.200s\", which begins where the program happens to be", path);
        char folder[400];
        struct stat is;
        snprintf(folder, sizeof folder, "%.*s", (int)length, at);
        REQUIRE(stat(folder, &is) != 0 || !(is.st_mode & 0002), "its libraries are searched in %.200s, where everybody may put one", folder);
        at += length;
    } while (*at++ == ':');
    say_note("its libraries are searched in \"%.200s\" first", path);
}

static void check_relocations(trial *trial) {
    image file = map(trial->path);
    bool has_text, has_flags;
    dynamic(file, DT_TEXTREL, &has_text);
    uint64_t flags = dynamic(file, DT_FLAGS, &has_flags);
    REQUIRE(!has_text && !(has_flags && (flags & DF_TEXTREL)), "its code is written to when it is loaded; -fPIC mends that");
}

const suite file_suite = {
    "file", false, (const check[]){
        {"manifest's text", check_manifest, false, false},
        {"exports", check_exports, false, false},
        {"stack", check_stack, false, false},
        {"search path", check_search_path, false, false},
        {"relocations", check_relocations, false, false},
        {0},
    }};
