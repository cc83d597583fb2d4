/* Counts with tel/count.h as its first argument asks; valid in C99 and in
 * C++11. Linked so that calls of tel_counter_named and tel_add pass here. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tel/count.h>
#include <tel/testing.h>

#ifdef __cplusplus
extern "C" {
#endif
tel_counter *__real_tel_counter_named(const char *name);
tel_counter *__wrap_tel_counter_named(const char *name);
void __wrap_tel_add(tel_counter *counter, uint64_t n);

static int lookups, calls;

tel_counter *__wrap_tel_counter_named(const char *name) {
    __atomic_fetch_add(&lookups, 1, __ATOMIC_SEQ_CST);
    return __real_tel_counter_named(name);
}

void __wrap_tel_add(tel_counter *counter, uint64_t n) {
    (void)counter, (void)n;
    calls++;
}
#ifdef __cplusplus
}
#endif

enum { THREADS = 8, ROUNDS = 100000 };

static pthread_barrier_t all_are_here;

static void key(void) { TEL_INC("editor/key"); }

static void *many_keys(void *unused) {
    int i;
    pthread_barrier_wait(&all_are_here);
    for (i = 0; i < ROUNDS; i++) key();
    return unused;
}

static void threads(void) {
    pthread_t all[THREADS];
    int i;
    pthread_barrier_init(&all_are_here, NULL, THREADS);
    for (i = 0; i < THREADS; i++) pthread_create(&all[i], NULL, many_keys, NULL);
    for (i = 0; i < THREADS; i++) pthread_join(all[i], NULL);
}

static void in_a_child(void) {
    pid_t child = fork();
    if (child == 0) {
        key();
        TEL_INC("editor/child");
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

static int run(tel_testing *test, const char *what) {
    int i;
    uint64_t n = 5;
    if (strcmp(what, "places") == 0) {
        for (i = 0; i < 3; i++) {
            TEL_INC("editor/key");
            TEL_ADD("editor/paste" ":" "bytes", n++);
        }
        key();
        TEL_ADD("editor/none", 0);
        if (i == 3)
            TEL_INC("editor/if");
        else
            TEL_INC("editor/else");
        tel_testing_expect(test, "editor/key", 4);
        tel_testing_expect(test, "editor/paste:bytes", 5 + 6 + 7);
        tel_testing_expect(test, "editor/none", 0);
        tel_testing_expect(test, "editor/if", 1);
        tel_testing_expect(test, "editor/else", 0);
        printf("%d lookups, %d calls\n", lookups, calls);
    } else if (strcmp(what, "threads") == 0) {
        threads();
        tel_testing_expect(test, "editor/key", (uint64_t)THREADS * ROUNDS);
        printf("%s\n", lookups >= 1 && lookups <= THREADS ? "few lookups" : "too many lookups");
    } else if (strcmp(what, "week") == 0) {
        key();
        key();
        tel_testing_expect(test, "editor/key", 2);
        tel_testing_advance(test, TEL_TESTING_WEEK);
        key();
        tel_testing_expect(test, "editor/key", 1);
        tel_close();
        key();
        tel_testing_expect(test, "editor/key", 1);
    } else if (strcmp(what, "saturate") == 0) {
        TEL_ADD("editor/much", UINT64_MAX - 1);
        TEL_ADD("editor/much", 1);
        tel_testing_expect(test, "editor/much", UINT64_MAX);
        TEL_ADD("editor/much", 1);
        tel_testing_expect(test, "editor/much", UINT64_MAX);
        TEL_ADD("editor/more", UINT64_MAX / 2 + 1);
        TEL_ADD("editor/more", UINT64_MAX / 2 + 2);
        tel_testing_expect(test, "editor/more", UINT64_MAX);
    } else if (strcmp(what, "bad-name") == 0) {
        for (i = 0; i < 3; i++) TEL_INC("not a name");
        tel_testing_expect(test, "tel/dropped:name", 3);
    } else if (strcmp(what, "fork") == 0) {
        key();
        in_a_child();
        key();
        tel_testing_expect(test, "editor/key", 3);
        tel_testing_expect(test, "editor/child", 1);
    } else if (strcmp(what, "handle") == 0) {
        tel_counter *counter = tel_counter_named("editor/handle");
        tel_count_add(counter, 3);
        tel_count_add(counter, 0);
        tel_testing_expect(test, "editor/handle", 3);
    } else {
        return 64;
    }
    return 0;
}

int main(int argc, char **argv) {
    tel_testing test;
    int wrong;
    if (argc > 2) { /* counts before it opens */
        key();
        key();
    }
    if (!tel_testing_begin(&test)) return 2;
    if (argc > 2) {
        key();
        tel_testing_expect(&test, "editor/key", 3);
        return tel_testing_end(&test);
    }
    wrong = run(&test, argv[1]);
    return tel_testing_end(&test) | wrong;
}
