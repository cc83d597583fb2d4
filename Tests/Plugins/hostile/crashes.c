#define EXCHANGE { volatile int *volatile nowhere = NULL; *nowhere = 1; return TEL_OK; }
#include "hostile.h"
