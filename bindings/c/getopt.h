/*
 * tel/getopt.h - which options of a program are used.
 *
 *     #include <tel/getopt.h>
 *
 *     static const struct option longopts[] = {
 *         {"output", required_argument, NULL, 'o'},
 *         {"format", required_argument, NULL, 'f'},
 *         {NULL, 0, NULL, 0},
 *     };
 *     static const char *const formats[] = {"png", "svg", NULL};
 *
 *     tel_options options = tel_options_of("plot", longopts);
 *     int code, index = -1;
 *     while ((code = getopt_long(argc, argv, "o:f:v", longopts, &index)) != -1) {
 *         tel_count_option(&options, code, index);
 *         switch (code) {
 *         case 'f':
 *             tel_count_option_value(&options, "format", optarg, formats);
 *             ...
 *
 * "plot -v -v --out=a.png -f png" counts plot/flag:v, plot/flag:output,
 * plot/flag:format and plot/flag/format:png, each once: a counter says how many
 * runs used the option, like CountFlags of golang.org/x/telemetry.
 *
 * What the user wrote is never counted, only what the program's own tables say:
 * an abbreviated long option counts under its full name, an unknown one not at
 * all, and a value that is not in the table as "other".
 *
 * C99 or C++11; allocates nothing; call tel_open before or after, as you like.
 */
#ifndef TEL_GETOPT_H
#define TEL_GETOPT_H

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <tel.h>

/* A chart's name and an option's: longer ones are no counter names, and libtel
 * drops and counts those. */
#define TEL_OPTIONS_NAME 4200

/* Of one run. The strings and the table stay the caller's and must outlive it. */
typedef struct tel_options {
    const char          *program;
    const struct option *longopts;   /* NULL: there are only short options */
    unsigned char        letters[32];  /* a bit for each short option that was counted */
    unsigned char        longs[32];    /* a bit for each of the first 256 long options */
} tel_options;

static inline tel_options tel_options_of(const char *program, const struct option *longopts) {
    tel_options options;
    memset(&options, 0, sizeof options);
    options.program = program;
    options.longopts = longopts;
    return options;
}

/* Sets a bit. Zero if it was set before. */
static inline int tel_options_mark(unsigned char *bits, int bit) {
    unsigned char mask = (unsigned char)(1u << (bit & 7));
    if (bits[bit >> 3] & mask) return 0;
    bits[bit >> 3] = (unsigned char)(bits[bit >> 3] | mask);
    return 1;
}

/* Counts "<program>/flag:<name>" the first time an option is met in this run.
 *
 * code is what getopt_long (getopt, getopt_long_only) returned, index the
 * variable that its last argument points to: it tells options that set a flag
 * (code 0) apart, and may be -1 if there are none. A short option with a long
 * name counts under that name, the first in the table; one without, under its
 * letter. '?' and ':' are the user's mistakes and are not counted. */
static inline void tel_count_option(tel_options *options, int code, int index) {
    char name[TEL_OPTIONS_NAME];
    char letter[2] = {0, 0};
    const char *option = NULL;
    int i;
    if (code == -1 || code == '?' || code == ':') return;
    if (options->longopts) {
        for (i = 0; options->longopts[i].name; i++) {
            const struct option *entry = &options->longopts[i];
            if ((code == 0 && index >= 0) ? i != index : (entry->flag || entry->val != code)) continue;
            if (i < 256 && !tel_options_mark(options->longs, i)) return;
            option = entry->name;
            break;
        }
    }
    if (!option) {
        if (code <= ' ' || code > '~' || !tel_options_mark(options->letters, code)) return;
        letter[0] = (char)code;
        option = letter;
    }
    (void)snprintf(name, sizeof name, "%s/flag:%s", options->program, option);
    tel_counter_inc(name);  /* tel-lint: allow options and values are those of the program's tables */
}

/* Counts "<program>/flag/<option>:<value>" if the value is in the table, which
 * ends with NULL, else "<program>/flag/<option>:other". A value of NULL, for an
 * optional argument that was left out, is not counted. Each call counts: call it
 * where the program takes the value. */
static inline void tel_count_option_value(const tel_options *options, const char *option, const char *value,
                                          const char *const *table) {
    char name[TEL_OPTIONS_NAME];
    if (!value) return;
    while (*table && strcmp(*table, value) != 0) table++;
    (void)snprintf(name, sizeof name, "%s/flag/%s:%s", options->program, option, *table ? *table : "other");
    tel_counter_inc(name);  /* tel-lint: allow options and values are those of the program's tables */
}

#endif /* TEL_GETOPT_H */
