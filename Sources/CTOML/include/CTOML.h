// toml++ for Swift: parses a document and passes its values on, each with its line.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    toml_kind_table,
    toml_kind_array,
    toml_kind_string,
    toml_kind_integer,
    toml_kind_boolean,
    toml_kind_other, ///< a float, a date or a time
} toml_kind;

/// A value; its texts are valid during the call that passes it.
typedef struct {
    toml_kind kind;
    unsigned depth; ///< 0 in the root table
    unsigned line;
    const char *key; ///< NULL in an array
    size_t key_length;
    const char *text; ///< of a string, else NULL
    size_t text_length;
    int64_t number; ///< of an integer; 1 or 0 of a boolean
} toml_item;

typedef void (*toml_visitor)(void *context, const toml_item *item);

/// Passes each value of a document to `visit`, before the values in it. A table's keys come in alphabetical order.
/// Values deeper than `depth` are left out. Returns 0, or the line of the first error, which is copied to `error`.
unsigned toml_visit(const char *text, size_t count, unsigned depth, toml_visitor visit, void *context, char *error,
                    size_t capacity);

#ifdef __cplusplus
}
#endif
