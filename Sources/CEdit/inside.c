#define _GNU_SOURCE
#include "inside.h"

#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { STACK_SIZE = 256 * 1024 };

static line_edit *owner(EditLine *el) {
    line_edit *edit = 0;
    el_wget(el, EL_CLIENTDATA, &edit);
    return edit;
}

static void leave(line_edit *edit, edit_event event) {
    edit->event = event;
    swapcontext(&edit->inside, &edit->outside);
}

int inside_next_key(EditLine *el, wchar_t *key) {
    line_edit *edit = owner(el);
    for (;;) {
        if (edit->inserted) {
            el_winsertstr(el, edit->inserted);
            free(edit->inserted);
            edit->inserted = 0;
            *key = DRAWING_KEY;
            return 1;
        }
        if (edit->taken == edit->given) {
            edit->taken = edit->given = 0;
            leave(edit, EDIT_WAITS);
            continue;
        }
        wchar_t next = edit->keys[edit->taken++];
        switch (next) {
        case EDIT_KEY_SUSPEND: leave(edit, EDIT_SUSPEND); continue;
        case EDIT_KEY_INTERRUPT: edit->interrupted = 1; *key = '\n'; return 1;
        case EDIT_KEY_REDRAW: *key = DRAWING_KEY; return 1;
        case EDIT_KEY_DELETE: *key = DELETE_KEY; return 1;
        }
        if (next == 0x12 || next == 0x13) edit->searched = 1;
        *key = next;
        return 1;
    }
}

void inside_print(line_edit *edit) {
    fflush(edit->out);
    if (edit->printed.count) text_append(&edit->output, edit->printed.bytes, edit->printed.count);
    edit->printed.count = 0;
}

unsigned char inside_draw(EditLine *el, wint_t key) {
    (void)key;
    owner(el)->at_start = 1;
    return CC_REDISPLAY; // erases the line, then calls `inside_prompt`
}

wchar_t *inside_prompt(EditLine *el) {
    line_edit *edit = owner(el);
    if (edit->at_start) {
        edit->at_start = 0;
        inside_print(edit);
    }
    return edit->prompt;
}

void inside_set_line(line_edit *edit, const wchar_t *characters, size_t count) {
    edit->line.count = 0;
    text_append(&edit->line, "", 0);
    for (size_t i = 0; i < count; i++) {
        char bytes[MB_LEN_MAX];
        mbstate_t state = {0};
        size_t length = wcrtomb(bytes, characters[i], &state);
        if (length != (size_t)-1) text_append(&edit->line, bytes, length);
    }
}

static line_edit *starting;

static void edit_lines(void) {
    line_edit *edit = starting;
    for (;;) {
        int count = 0;
        edit->at_start = 1;
        const wchar_t *line = el_wgets(edit->el, &count);
        if (!line) {
            fputs("\r\n", edit->out);
            leave(edit, EDIT_END);
            continue;
        }
        while (count > 0 && line[count - 1] == '\n') count--;
        inside_set_line(edit, line, (size_t)count);
        edit_event event = edit->interrupted ? EDIT_INTERRUPT : EDIT_LINE;
        edit->interrupted = 0;
        leave(edit, event);
    }
}

int inside_start(line_edit *edit) {
    // The lowest page is a guard page: a stack overflow faults there.
    edit->stack = mmap(0, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (edit->stack == MAP_FAILED) {
        edit->stack = 0;
        return -1;
    }
    mprotect(edit->stack, 4096, PROT_NONE);
    if (getcontext(&edit->inside)) return -1;
    edit->inside.uc_stack.ss_sp = edit->stack;
    edit->inside.uc_stack.ss_size = STACK_SIZE;
    makecontext(&edit->inside, edit_lines, 0);
    return 0;
}

void inside_end(line_edit *edit) {
    if (edit->stack) munmap(edit->stack, STACK_SIZE);
}

edit_event edit_resume(line_edit *edit) {
    starting = edit;
    // swapcontext also switches the signal mask. Without this copy, signals that are blocked outside would be unblocked
    // inside and lost, or would end the process.
    sigprocmask(SIG_BLOCK, 0, &edit->inside.uc_sigmask);
    swapcontext(&edit->outside, &edit->inside);
    fflush(edit->out);
    return edit->event;
}
