#define EXCHANGE answer->code = -5; return TEL_OK;
#include "hostile.h"
