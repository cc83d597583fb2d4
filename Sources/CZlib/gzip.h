/* zlib, for answers in gzip: deflateInit2 is a macro. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* The most that a number of bytes becomes. */
static inline size_t zlib_gzip_bound(size_t count) { return compressBound((uLong)count) + 32; }

/* Writes them as gzip, and says how long that is; 0 if there is no memory. */
static inline size_t zlib_gzip(const void *from, size_t count, void *to, size_t room, int level) {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (Bytef *)(uintptr_t)from;
    stream.avail_in = (uInt)count;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)room;
    int status = deflate(&stream, Z_FINISH);
    size_t written = stream.total_out;
    deflateEnd(&stream);
    return status == Z_STREAM_END ? written : 0;
}
