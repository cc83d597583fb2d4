/* hello.c - the smallest program that counts.
 *
 *     cc -o hello hello.c $(pkg-config --cflags --libs tel)
 *     ./hello; ./hello; tel dump
 */
#include <stdio.h>
#include <tel.h>

int main(void) {
    /* All defaults: the program is called "hello", and its counter file lies
     * in the telemetry directory of the user. */
    if (tel_open(NULL) != TEL_OK) fprintf(stderr, "hello: %s\n", tel_error_message());

    /* Chart "hello/greeting", bucket "world". It is in the file when this
     * returns. It never fails: where telemetry is off, it does nothing. */
    tel_counter_inc("hello/greeting:world");

    puts("Hello, world");
    return 0;
}
