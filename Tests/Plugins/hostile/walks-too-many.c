#define MANIFEST TEL_PLUGIN_MANIFEST("name hostile\nversion 1\nsummary walks badly\ntransport hostile\nstack-provider asked\n")
#define UNWIND return capacity + 1;
#include "hostile.h"
