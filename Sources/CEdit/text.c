#define _GNU_SOURCE
#include "text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "CEdit.h"

void text_append(text *text, const char *bytes, size_t count) {
    if (text->count + count + 1 > text->room) {
        size_t room = 2 * (text->count + count + 1);
        char *grown = realloc(text->bytes, room);
        if (!grown) abort();
        text->bytes = grown;
        text->room = room;
    }
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = 0;
}

wchar_t *text_wide(const char *text) {
    size_t length = strlen(text);
    wchar_t *result = calloc(length + 1, sizeof *result);
    if (!result) abort();
    mbstate_t state = {0};
    size_t count = 0;
    for (const char *end = text + length; text < end;) {
        size_t used = mbrtowc(&result[count], text, (size_t)(end - text), &state);
        if (used == 0 || used > (size_t)(end - text)) {
            memset(&state, 0, sizeof state);
            used = 1; // not UTF-8
        } else {
            count++;
        }
        text += used;
    }
    result[count] = 0;
    return result;
}

// Returns the length of consecutive escape sequences taken together: libedit counts the character after one as visible.
static size_t escapes_at(const char *text) {
    size_t length = 0;
    while (text[length] == 033 && text[length + 1] == '[') {
        size_t next = length + 2 + strspn(text + length + 2, "0123456789;:");
        if (!text[next]) break;
        length = next + 1;
    }
    return length;
}

wchar_t *text_of_prompt(const char *prompt) {
    text marked = {0};
    text_append(&marked, "", 0);
    for (const char *rest = prompt; *rest;) {
        size_t length = escapes_at(rest);
        if (!length) {
            text_append(&marked, rest++, 1);
            continue;
        }
        text_append(&marked, "\1", 1);
        text_append(&marked, rest, length);
        text_append(&marked, "\1", 1);
        rest += length;
        // libedit drops an escape sequence without a visible character after it.
        if (!*rest) text_append(&marked, " ", 1);
    }
    wchar_t *result = text_wide(marked.bytes);
    free(marked.bytes);
    return result;
}

void edit_use_locale(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8")) setlocale(LC_CTYPE, "C.UTF-8");
}

int edit_character_width(uint32_t scalar) {
    int width = wcwidth((wchar_t)scalar);
    return width < 0 ? 0 : width;
}

int text_columns(const wchar_t *from, const wchar_t *end) {
    int columns = 0, literal = 0;
    for (; from < end; from++) {
        if (*from == '\1') literal = !literal;
        else if (!literal) columns += edit_character_width((uint32_t)*from);
    }
    return columns;
}
