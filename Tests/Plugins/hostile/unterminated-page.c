static const char *endless(void);
#define NAME endless()
#include "hostile.h"

/* Ten bytes, and nothing mapped behind them. */
static const char *endless(void) {
    char *pages = (char *)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(pages + 4096, 4096);
    memset(pages, 'x', 4096);
    return pages + 4086;
}
