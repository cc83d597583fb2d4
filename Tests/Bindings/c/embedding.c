/* A program that counts stacks before it has an interpreter, with one, and when
 * that is gone: embedding LIBPYTHON CODE */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <tel.h>

#define APART __attribute__((noinline, noclone))

APART void count(void) {
    tel_stack_inc("e/stack", 64);
    __asm__ volatile("" ::: "memory");
}

static void *find(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found) return found;
    fprintf(stderr, "no %s\n", name);
    exit(2);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    if (tel_open(NULL) != TEL_OK) return puts(tel_error_message()), 3;
    count();
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
    if (!library) return puts(dlerror()), 4;
    ((void (*)(int))find(library, "Py_InitializeEx"))(0);
    count();
    if (((int (*)(const char *))find(library, "PyRun_SimpleString"))(argv[2]) != 0) return 5;
    ((int (*)(void))find(library, "Py_FinalizeEx"))();
    count();
    return 0;
}
