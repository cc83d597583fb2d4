#define NAME NULL
#include "hostile.h"
