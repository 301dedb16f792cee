// A child that answers every message with the message's text.
//
// It barely parses JSON: `"text":"` can't occur inside a string, where quotes are escaped, and in these benchmarks no
// other key has this name. The text is copied with its escapes.
#define _GNU_SOURCE
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static const char call[] = "{\"type\":\"telegram.send_message\",\"text\":\"";

static bool contains(const char *line, size_t size, const char *word) {
    return memmem(line, size, word, strlen(word));
}

/// Writes the call that answers `line`; false if writing fails.
static bool answer(const char *line, size_t size) {
    static char out[sizeof call + (1 << 20)];
    static const char key[] = "\"text\":\"";
    if (!contains(line, size, "\"type\":\"telegram.message\"")) return true;
    const char *found = memmem(line, size, key, strlen(key));
    if (!found) return true;

    const char *text = found + strlen(key), *end = text;
    while (end < line + size && *end != '"') end += *end == '\\' ? 2 : 1;
    if (end >= line + size) return true;

    size_t used = strlen(call);
    memcpy(out, call, used);
    memcpy(out + used, text, end - text);
    used += end - text;
    memcpy(out + used, "\"}\n", 3);
    used += 3;
    return write(STDOUT_FILENO, out, used) == (ssize_t)used;
}

int main(void) {
    // The maximum line length of the protocol.
    static char block[1 << 20];
    size_t used = 0;
    bool scope = true;
    ssize_t size;
    while ((size = read(STDIN_FILENO, block + used, sizeof block - used)) > 0) {
        used += size;
        char *line = block, *end;
        while ((end = memchr(line, '\n', block + used - line))) {
            if (!scope && !answer(line, end - line)) return 1;
            scope = false;
            line = end + 1;
        }
        used -= line - block;
        memmove(block, line, used);
        if (used == sizeof block) return 1;
    }
    return size < 0;
}
