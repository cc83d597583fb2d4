#define START exit(3);
#include "hostile.h"
