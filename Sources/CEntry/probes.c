/* tel_probe_new and its kin: libtel-probes.so makes the functions. */
#include "probes.h"
#include "entry.h"

static const probes *loaded;

static const probes_core core = {sizeof core,     TEL_VERSION, entry_set_message, tel_counter_named, tel_add, tel_counter_add, tel_histogram_named, tel_histogram_record,
                                 entry_find_plugin};

static void load(void) {
    const probes *(*ask)(const probes_core *) = (const probes *(*)(const probes_core *))entry_companion("libtel-probes.so", "there are no probes", "tel_probes_entry");
    if (!ask) return;
    const probes *found = ask(&core);
    if (!found) entry_refuse(TEL_E_UNSUPPORTED, "%s belongs to another version of libtel", "libtel-probes.so");
    __atomic_store_n(&loaded, found, __ATOMIC_RELEASE);
}

static const probes *get(void) {
    if (__atomic_load_n(&loaded, __ATOMIC_ACQUIRE)) return loaded;
    entry_reports_lock();
    if (!loaded) load();
    entry_reports_unlock();
    return loaded;
}

tel_status tel_probe_new(tel_probe **probe, const char *counter, const char *signature, tel_function target, uint32_t flags) {
    const probes *found = get();
    return found ? found->make(probe, counter, signature, target, flags) : TEL_E_UNSUPPORTED;
}

tel_function tel_probe_function(const tel_probe *probe) { return probe ? loaded->function(probe) : NULL; }

void tel_probe_free(tel_probe *probe) {
    if (probe) loaded->free(probe);
}
