#define EXCHANGE answer->code = 200; return TEL_OK;
#include "hostile.h"
