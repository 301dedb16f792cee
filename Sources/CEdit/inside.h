// Runs libedit on a stack of its own.
#pragma once
#include <histedit.h>
#include <stdio.h>
#include <ucontext.h>
#include <wchar.h>

#include "CEdit.h"
#include "text.h"

enum { DRAWING_KEY = 0x1F, DELETE_KEY = 0x1E };

struct line_edit {
    EditLine *el;
    HistoryW *history;
    FILE *out, *in;
    int input;
    text output, printed, line;
    wchar_t *prompt;
    wchar_t *keys;
    size_t given, taken, room;
    wchar_t *inserted;
    // The next prompt is drawn at the start of an empty line; pending text must be printed before it.
    int at_start;
    int interrupted, searched, has_escapes;
    edit_event event;
    ucontext_t inside, outside;
    void *stack;
};

// Allocates the stack; the first `edit_resume` starts there. Returns -1 with errno on failure.
int inside_start(line_edit *edit);
void inside_end(line_edit *edit);

// Moves the pending text to the output.
void inside_print(line_edit *edit);

// Makes characters the line that `edit_line` returns.
void inside_set_line(line_edit *edit, const wchar_t *characters, size_t count);

// Callbacks for libedit: the next key, the prompt, and redrawing the line.
int inside_next_key(EditLine *el, wchar_t *key);
wchar_t *inside_prompt(EditLine *el);
unsigned char inside_draw(EditLine *el, wint_t key);
