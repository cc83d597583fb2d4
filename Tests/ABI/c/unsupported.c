/* Opens, and says what came of it. */
#include "check.h"

int main(void) {
    tel_config config = check_config();
    tel_status status = tel_open(&config);
    tel_counter_inc("unsupported/counted");
    printf("%s %s\n", tel_status_name(status), tel_error_message());
    return 0;
}
