/* One check from the inside, and the tables of them. */
#ifndef TRIAL_H
#define TRIAL_H

#include "plugincheck.h"
#include "tel/plugin.h"

/* What a check works with. */
typedef struct trial {
    const char       *path;      /* of the plugin's file */
    const char       *settings;  /* NULL: none */
    const char       *url;       /* that can be fetched from; NULL: none is given */
    const tel_plugin *plugin;    /* from `trial_load` on */
    void             *state;     /* from `trial_start` on */
} trial;

/* ---- Tables: one for each interface -------------------------------------- */

typedef struct check {
    const char *name;
    void (*run)(trial *);        /* ends by a verdict, or returns: ok */
    bool        is_gate;
    bool        for_valgrind;
} check;

typedef struct suite {
    const char  *name;           /* for an interface, its id */
    bool         is_interface;   /* loaded, started and asked for before each check */
    const check *checks;         /* the last has no name */
} suite;

/* NULL-terminated. To add an interface: a file with its suite, and a line in suites.c. */
extern const suite *const suites[];

/* ---- Verdicts: each ends the process ------------------------------------- */

#define SAYS __attribute__((noreturn, format(printf, 1, 2)))
SAYS void say_ok(const char *format, ...);
SAYS void say_note(const char *format, ...);
SAYS void say_failed(const char *format, ...);
SAYS void say_not_tried(const char *format, ...);
SAYS void say_absent(const char *format, ...);

/* Fails with this sentence unless it is so. */
#define REQUIRE(what, ...) do { if (!(what)) say_failed(__VA_ARGS__); } while (0)

/* ---- Steps that checks share --------------------------------------------- */

/* Says what is wrong, or goes on with a plugin whose description was read. */
void trial_load(trial *);
void trial_start(trial *);
void trial_stop(trial *);
/* The table of an interface, its size and place looked at; NULL: not offered. */
const void *trial_table(const trial *, const char *interface, size_t least);
/* What plugins are given; how often they logged and counted. */
extern const tel_host trial_host;
extern unsigned trial_logged, trial_counted;

const char *status_name(tel_status);
bool is_status(tel_status);
/* Fails with a sentence unless it is a text of one line and of 256 bytes at most. */
void require_text(const char *text, const char *what);
int64_t milliseconds(void);
unsigned open_descriptors(void);

/* The manifest's value of this key in `into`, and whether there is one. */
bool manifest_value(const char *path, const char *key, char *into, size_t room);

extern const suite file_suite, plugin_suite, transport_suite, exporter_suite, stacks_suite, trampoline_suite;

#endif
