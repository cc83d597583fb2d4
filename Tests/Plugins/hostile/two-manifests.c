#define MANIFEST \
    TEL_PLUGIN_KEPT static const char first[] = "abi 1\nname hostile\ntransport hostile\n"; \
    TEL_PLUGIN_KEPT static const char second[] = "abi 1\nname better\ntransport https\n";
#include "hostile.h"
