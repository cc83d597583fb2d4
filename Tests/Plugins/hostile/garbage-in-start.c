#define START return (tel_status)4711;
#include "hostile.h"
