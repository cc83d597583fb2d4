#define MANIFEST TEL_PLUGIN_KEPT static const char text[38] = "abi 1\nname hostile\ntransport hostile\n\n";
#include "hostile.h"
