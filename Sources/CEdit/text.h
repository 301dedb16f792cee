// Strings of this target's own, and libedit's.
#pragma once
#include <stddef.h>
#include <wchar.h>

// Bytes, with a 0 behind them.
typedef struct {
    char *bytes;
    size_t count, room;
} text;

void text_append(text *text, const char *bytes, size_t count);

// UTF-8 as libedit has it, what is no UTF-8 left out. To be freed.
wchar_t *text_wide(const char *text);

// A prompt as libedit has it: what stands between two \1 takes no room. To be freed.
wchar_t *text_of_prompt(const char *prompt);

// How many columns it takes, what is between two \1 left out.
int text_columns(const wchar_t *from, const wchar_t *end);
