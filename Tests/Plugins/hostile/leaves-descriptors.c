#define EXCHANGE answer->code = 404; return dup(0) < 0 ? TEL_E_IO : TEL_OK;
#include "hostile.h"
