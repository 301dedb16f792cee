// libedit on a stack of its own.
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
    // The prompt is about to be drawn at the beginning of an empty line: what is to stand above it comes now.
    int at_start;
    int interrupted, searched, has_escapes;
    edit_event event;
    ucontext_t inside, outside;
    void *stack;
};

// Makes the stack: `edit_resume` begins there. -1 with errno.
int inside_start(line_edit *edit);
void inside_end(line_edit *edit);

// What is to be printed goes out.
void inside_print(line_edit *edit);

// libedit's functions: the next key, the prompt, and how the line is drawn anew.
int inside_next_key(EditLine *el, wchar_t *key);
wchar_t *inside_prompt(EditLine *el);
unsigned char inside_draw(EditLine *el, wint_t key);
