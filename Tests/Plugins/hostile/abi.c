#define ABI 7
#include "hostile.h"
