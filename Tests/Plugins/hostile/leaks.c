#define EXCHANGE { char *volatile lost = (char *)malloc(1000); if (lost) lost[0] = 1; answer->code = 404; return TEL_OK; }
#include "hostile.h"
