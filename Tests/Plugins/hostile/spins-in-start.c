#define START while (1) pause();
#include "hostile.h"
