/* getopt.c - count which options of a program are used, and nothing that its
 * users write.
 *
 *     cc -o plot getopt.c $(pkg-config --cflags --libs tel)
 *     ./plot --format=svg --out=secret-name.svg -v -v; tel dump
 *
 * shows plot/flag:format, plot/flag:output and plot/flag:verbose with 1 each,
 * and plot/flag/format:svg. The file's name is nowhere.
 */
#include <stdio.h>
#include <tel.h>
#include <tel/getopt.h>

static int grid;

static const struct option longopts[] = {
    {"format", required_argument, NULL, 'f'},
    {"grid", no_argument, &grid, 1},
    {"output", required_argument, NULL, 'o'},
    {"verbose", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static const char *const formats[] = {"png", "svg", "pdf", NULL};

int main(int argc, char **argv) {
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/plot";
    config.version = "1.4.0";
    if (tel_open(&config) != TEL_OK) fprintf(stderr, "plot: %s\n", tel_error_message());

    /* Without -f the default is used; only what is asked for counts. */
    const char *format = "png", *output = "plot.png";
    int verbose = 0;

    tel_options options = tel_options_of("plot", longopts);
    int code, index = -1;
    while ((code = getopt_long(argc, argv, "f:o:qv", longopts, &index)) != -1) {
        tel_count_option(&options, code, index);
        switch (code) {
        case 0: break; /* --grid: getopt_long has set the variable */
        case 'f':
            format = optarg;
            tel_count_option_value(&options, "format", format, formats);
            break;
        case 'o': output = optarg; break;
        case 'q': verbose = 0; break;
        case 'v': verbose++; break;
        default: return 2;
        }
    }
    printf("%s as %s%s\n", output, format, grid ? ", with a grid" : "");
    if (verbose) printf("verbosity %d\n", verbose);
    return 0;
}
