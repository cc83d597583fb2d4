/* The sockets that libcurl keeps between two exchanges. A host may close all
 * descriptors that it does not know (closefrom), and open others with the same
 * numbers: to those, nothing must be written, and they must not be closed. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_SOCKETS = 8 };

typedef struct sockets {
    struct one_socket {
        int   descriptor;  /* negative: none */
        ino_t inode;       /* of a socket: no other has it */
    } list[MOST_SOCKETS];
} sockets;

static inline void sockets_forget(sockets *all) {
    for (int at = 0; at < MOST_SOCKETS; at++) all->list[at].descriptor = -1;
}

static inline bool socket_is_ours(const struct one_socket *one) {
    struct stat status;
    return fstat(one->descriptor, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == one->inode;
}

static inline bool sockets_are_ours(const sockets *all) {
    for (int at = 0; at < MOST_SOCKETS; at++) {
        if (all->list[at].descriptor >= 0 && !socket_is_ours(&all->list[at])) return false;
    }
    return true;
}

static curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    sockets *all = context;
    (void)purpose;
    for (int at = 0; at < MOST_SOCKETS; at++) {
        struct one_socket *one = &all->list[at];
        struct stat status;
        if (one->descriptor >= 0) continue;
        int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
        if (descriptor < 0) return CURL_SOCKET_BAD;
        if (fstat(descriptor, &status) != 0) {
            close(descriptor);
            return CURL_SOCKET_BAD;
        }
        *one = (struct one_socket){descriptor, status.st_ino};
        return descriptor;
    }
    return CURL_SOCKET_BAD;
}

static int sockets_close(void *context, curl_socket_t descriptor) {
    sockets *all = context;
    for (int at = 0; at < MOST_SOCKETS; at++) {
        struct one_socket *one = &all->list[at];
        if (one->descriptor != descriptor) continue;
        bool is_ours = socket_is_ours(one);
        one->descriptor = -1;
        return is_ours ? close(descriptor) : 0;
    }
    return 0;
}

#endif
