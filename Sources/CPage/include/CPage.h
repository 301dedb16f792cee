#pragma once

#include <stddef.h>

/// A file of the simulator's web page, compiled into the program.
struct page_file {
    /// Its path in URLs, such as "/page/app.js".
    const char *path;
    const char *type;
    const unsigned char *bytes;
    size_t count;
};

/// The file with a path; NULL if there is none.
const struct page_file *page_file(const char *path);
