#define QUERY NULL
#include "hostile.h"
