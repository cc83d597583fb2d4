#define ENTRY return (const tel_plugin *)8;
#include "hostile.h"
