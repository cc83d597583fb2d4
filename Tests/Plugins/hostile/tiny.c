#define SIZE 8
#include "hostile.h"
