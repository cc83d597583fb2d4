/* notes.cpp - C++: count what is done, and how long it takes.
 *
 *     c++ -o notes notes.cpp $(pkg-config --cflags --libs tel)
 *     ./notes; tel dump
 *
 * Or with CMake, see CMakeLists.txt.
 */
#include <iostream>
#include <stdexcept>
#include <string>

#include <tel.h>
#include <tel/count.h>
#include <tel/timer.hpp>

static void save(const std::string &note) {
    /* notes/save/latency:<10ms and so on; also when it ends with an exception. */
    static const tel::histogram latency("notes/save/latency");
    tel::timer timed(latency);

    if (note.empty()) {
        TEL_INC("notes/save:empty");
        throw std::runtime_error("there is nothing to save");
    }
    TEL_INC("notes/save:ok");
}

int main() {
    tel_config config = TEL_INIT(tel_config);
    config.program = "example.com/notes";
    config.version = "0.3.0";
    if (tel_open(&config) != TEL_OK) std::cerr << "notes: " << tel_error_message() << '\n';

    for (const char *note : {"milk", "bread", ""}) {
        try {
            save(note);
            std::cout << "saved " << note << '\n';
        } catch (const std::exception &why) {
            std::cout << why.what() << '\n';
        }
    }
}
