// Byte strings, and conversion to libedit's wide strings.
#pragma once
#include <stddef.h>
#include <wchar.h>

// Bytes with a terminating 0 that `count` doesn't include.
typedef struct {
    char *bytes;
    size_t count, room;
} text;

void text_append(text *text, const char *bytes, size_t count);

// Converts UTF-8 for libedit; invalid bytes are dropped. The caller frees the result.
wchar_t *text_wide(const char *text);

// Converts a prompt for libedit: text between two \1 has no width. The caller frees the result.
wchar_t *text_of_prompt(const char *prompt);

// The width in columns, without text between two \1.
int text_columns(const wchar_t *from, const wchar_t *end);
