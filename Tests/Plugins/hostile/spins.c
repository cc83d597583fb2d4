#define EXCHANGE { for (volatile int i = 0;; i++) {} }
#include "hostile.h"
