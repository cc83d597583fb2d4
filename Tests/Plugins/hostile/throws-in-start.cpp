#define START throw 1;
#include "hostile.h"
