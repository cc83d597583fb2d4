#define SIZE 0xfffffff8
#include "hostile.h"
