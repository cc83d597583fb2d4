#include <signal.h>
#define START signal(SIGCHLD, SIG_IGN); return TEL_OK;
#include "hostile.h"
