#define EXCHANGE exit(3);
#include "hostile.h"
