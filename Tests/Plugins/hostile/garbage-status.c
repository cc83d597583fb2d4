#define EXCHANGE answer->code = 200; return (tel_status)4711;
#include "hostile.h"
