/* A program whose options are counted; valid in C99 and in C++11. Its first
 * argument says which table it has: "tables", "short" or "many". */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tel/getopt.h>

enum { ALL = 1000 };

static int grid;

static const struct option longopts[] = {
    {"fill", no_argument, &grid, 'f'}, /* sets a variable to 'f'; -f is another option */
    {"format", required_argument, NULL, 'f'},
    {"grid", no_argument, &grid, 1},
    {"group", no_argument, NULL, 'g'},
    {"no-grid", no_argument, &grid, 0},
    {"output", required_argument, NULL, 'o'},
    {"all", no_argument, NULL, ALL},
    {"color", optional_argument, NULL, 'c'},
    {"colour", optional_argument, NULL, 'c'},
    {NULL, 0, NULL, 0},
};

static const char *const formats[] = {"png", "svg", NULL};

static void with_tables(int argc, char **argv) {
    tel_options options = tel_options_of("plot", longopts);
    int code, index = -1;
    while ((code = getopt_long(argc, argv, ":f:o:c::vV", longopts, &index)) != -1) {
        tel_count_option(&options, code, index);
        if (code == 'f') tel_count_option_value(&options, "format", optarg, formats);
        if (code == 'c') tel_count_option_value(&options, "color", optarg, formats);
    }
}

static void with_short_options(int argc, char **argv) {
    tel_options options = tel_options_of("plot", NULL);
    int code;
    while ((code = getopt(argc, argv, "-vo:")) != -1) tel_count_option(&options, code, -1);
}

/* 300 long options, all without a letter: option0 to option299. */
static void with_many_options(int argc, char **argv) {
    static struct option many[301];
    static char names[300][16];
    tel_options options;
    int code, index = -1, i;
    for (i = 0; i < 300; i++) {
        (void)snprintf(names[i], sizeof names[i], "option%d", i);
        many[i].name = names[i];
        many[i].val = ALL + i;
    }
    options = tel_options_of("plot", many);
    while ((code = getopt_long(argc, argv, "", many, &index)) != -1) tel_count_option(&options, code, index);
}

int main(int argc, char **argv) {
    opterr = 0;
    if (tel_open(NULL) != TEL_OK) {
        fprintf(stderr, "%s\n", tel_error_message());
        return 1;
    }
    if (strcmp(argv[1], "short") == 0) with_short_options(argc - 1, argv + 1);
    else if (strcmp(argv[1], "many") == 0) with_many_options(argc - 1, argv + 1);
    else with_tables(argc - 1, argv + 1);
    return 0;
}
