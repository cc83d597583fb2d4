#define MANIFEST
#include "hostile.h"
