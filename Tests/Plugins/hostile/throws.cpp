#define EXCHANGE throw 1;
#include "hostile.h"
