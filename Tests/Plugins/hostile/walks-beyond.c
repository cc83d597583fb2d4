#define MANIFEST TEL_PLUGIN_MANIFEST("name hostile\nversion 1\nsummary walks badly\ntransport hostile\nstack-provider asked\n")
#define UNWIND { for (uint32_t i = 0; i <= capacity; i++) pcs[i] = 1; return capacity; }
#include "hostile.h"
