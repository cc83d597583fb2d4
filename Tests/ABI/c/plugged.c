/* A library whose one stack is that of a static function: FUNCTION. */
#include <tel.h>

__attribute__((noinline)) static void FUNCTION(void) {
    tel_stack_inc("again/plugged", 1);
    __asm__ volatile("" ::: "memory");
}

__attribute__((visibility("default"))) void entry(void) {
    FUNCTION();
    __asm__ volatile("" ::: "memory");
}
