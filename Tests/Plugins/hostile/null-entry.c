#define ENTRY return NULL;
#include "hostile.h"
