/* paint.c - the C part of a tool whose parts are in four languages; see the
 * other files here.
 *
 *     cc -o paint-c paint.c $(pkg-config --cflags --libs tel)
 *     ./paint-c example.com/paint devel go1.27.3; tel dump
 *
 * Parts that declare the same program, version and toolchain share one counter
 * file, also when they run at the same time. A Go program's identity is what
 * "go build" wrote into it, so where there is one, the others declare that.
 */
#include <stdio.h>
#include <tel.h>
#include <tel/count.h>

int main(int argc, char **argv) {
    if (argc != 4) {
        fputs("usage: paint-c PROGRAM VERSION TOOLCHAIN\n", stderr);
        return 2;
    }
    tel_config config = TEL_INIT(tel_config);
    config.program = argv[1];
    config.version = argv[2];
    config.toolchain = argv[3];
    if (tel_open(&config) != TEL_OK) fprintf(stderr, "paint-c: %s\n", tel_error_message());

    tel_counter_inc("paint/part:c");
    for (int stroke = 0; stroke < 1000; stroke++) TEL_INC("paint/stroke");
    return 0;
}
