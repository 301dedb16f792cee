#define _GNU_SOURCE
#include "CEdit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guard.h"
#include "inside.h"

#define PASTE_ON "\033[?2004h"

static ssize_t keep_output(void *edit, const char *bytes, size_t count) {
    text_append(&((line_edit *)edit)->output, bytes, count);
    return (ssize_t)count;
}

static void bind_keys(EditLine *el) {
    static const wchar_t *const bindings[][2] = {
        {L"^R", L"em-inc-search-prev"},      {L"^S", L"em-inc-search-next"}, {L"^W", L"ed-delete-prev-word"},
        {L"^U", L"vi-kill-line-prev"},       {L"^_", L"pipegram-draw"},      {L"^^", L"ed-delete-next-char"},
        {L"\\ep", L"ed-search-prev-history"}, {L"\\en", L"ed-search-next-history"},
        // These commands wait for another key without a visible sign and would swallow one of ours.
        {L"^V", L"ed-ignore"},               {L"^X", L"ed-ignore"},          {L"\\ex", L"ed-ignore"},
        {L"\\eX", L"ed-ignore"},
    };
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
        el_wset(el, EL_BIND, bindings[i][0], bindings[i][1], NULL);
    // libedit's 8-bit key map treats é as M-i; Alt-i arrives as two keys.
    for (int key = 0xA0; key <= 0xFF; key++) {
        wchar_t name[] = {(wchar_t)key, 0};
        el_wset(el, EL_BIND, name, L"ed-insert", NULL);
    }
}

line_edit *edit_open(int input, int output, int history_size) {
    edit_use_locale();
    line_edit *edit = calloc(1, sizeof *edit);
    if (!edit) return 0;
    edit->input = input;
    const char *terminal = getenv("TERM");
    edit->has_escapes = terminal && *terminal && strcmp(terminal, "dumb");
    cookie_io_functions_t functions = {.write = keep_output};
    edit->out = fopencookie(edit, "w", functions);
    edit->in = fdopen(dup(input), "r");
    HistEventW event;
    edit->history = history_winit();
    edit_set_prompt(edit, "");
    if (edit->out && edit->in && edit->history && edit->prompt) {
        history_w(edit->history, &event, H_SETSIZE, history_size);
        history_w(edit->history, &event, H_SETUNIQUE, 1);
        guard_terminal(edit->input, output, edit->has_escapes);
        edit->el = el_init_fd("pipegram", edit->in, edit->out, edit->out, input, output, output);
    }
    if (!edit->el || inside_start(edit)) {
        int error = errno ? errno : ENOTTY;
        edit_close(edit);
        errno = error;
        return 0;
    }
    el_wset(edit->el, EL_CLIENTDATA, edit);
    el_wset(edit->el, EL_SIGNAL, 0);
    el_wset(edit->el, EL_EDITOR, L"emacs");
    el_wset(edit->el, EL_PROMPT_ESC, inside_prompt, L'\1');
    el_wset(edit->el, EL_HIST, history_w, edit->history);
    el_wset(edit->el, EL_GETCFN, inside_next_key);
    el_wset(edit->el, EL_ADDFN, L"pipegram-draw", L"draws the line anew", inside_draw);
    // Ctrl-C, Ctrl-Z and Ctrl-S are ordinary keys. The terminal's own editing stays off between two lines as well,
    // unlike libedit's default.
    el_wset(edit->el, EL_SETTY, L"-d", L"-isig", L"-ixon", NULL);
    el_wset(edit->el, EL_SETTY, L"-x", L"-isig", L"-ixon", L"-icanon", L"-echo", L"-iexten", NULL);
    bind_keys(edit->el);
    if (edit->has_escapes) text_append(&edit->output, PASTE_ON, sizeof PASTE_ON - 1);
    return edit;
}

void edit_close(line_edit *edit) {
    if (edit->el) el_end(edit->el);
    unguard_terminal();
    if (edit->history) history_wend(edit->history);
    if (edit->out) fclose(edit->out);
    if (edit->in) fclose(edit->in);
    inside_end(edit);
    free(edit->output.bytes);
    free(edit->printed.bytes);
    free(edit->line.bytes);
    free(edit->prompt);
    free(edit->keys);
    free(edit->inserted);
    free(edit);
}

void edit_set_prompt(line_edit *edit, const char *prompt) {
    free(edit->prompt);
    edit->prompt = text_of_prompt(prompt);
}

void edit_add_history(line_edit *edit, const char *line) {
    HistEventW event;
    wchar_t *characters = text_wide(line);
    if (*characters) history_w(edit->history, &event, H_ENTER, characters);
    free(characters);
}

void edit_feed(line_edit *edit, const uint32_t *keys, size_t count) {
    if (edit->given + count > edit->room) {
        edit->room = 2 * (edit->given + count);
        wchar_t *grown = realloc(edit->keys, edit->room * sizeof *grown);
        if (!grown) abort();
        edit->keys = grown;
    }
    for (size_t i = 0; i < count; i++) edit->keys[edit->given++] = (wchar_t)keys[i];
}

void edit_insert(line_edit *edit, const char *text) {
    free(edit->inserted);
    edit->inserted = text_wide(text);
}

const char *edit_before_cursor(line_edit *edit) {
    const LineInfoW *line = el_wline(edit->el);
    inside_set_line(edit, line->buffer, (size_t)(line->cursor - line->buffer));
    return edit->line.bytes;
}

void edit_print(line_edit *edit, const char *text, size_t count) { text_append(&edit->printed, text, count); }

void edit_print_now(line_edit *edit) { inside_print(edit); }

int edit_is_searching(line_edit *edit) {
    if (!edit->searched) return 0;
    // libedit shows the search text in the line itself and has no other sign of a search.
    const LineInfoW *line = el_wline(edit->el);
    for (const wchar_t *at = line->buffer; at + 4 <= line->lastchar; at++)
        if (!wmemcmp(at, L"\nbck", 4) || !wmemcmp(at, L"\nfwd", 4)) return 1;
    edit->searched = 0;
    return 0;
}

const char *edit_line(line_edit *edit) { return edit->line.bytes; }

void edit_prepare(line_edit *edit, int raw) {
    struct termios settings = guarded_settings();
    if (raw) {
        settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
        settings.c_iflag &= ~(tcflag_t)IXON;
    }
    tcsetattr(edit->input, TCSADRAIN, &settings);
}

void edit_resize(line_edit *edit) {
    struct winsize size;
    if (ioctl(edit->input, TIOCGWINSZ, &size) || !size.ws_col) return;
    // A resized terminal rewraps the line; its first row is now this many rows above the cursor.
    const LineInfoW *line = el_wline(edit->el);
    int before = text_columns(edit->prompt, edit->prompt + wcslen(edit->prompt));
    int rows = (before + text_columns(line->buffer, line->cursor)) / size.ws_col;
    if (edit->has_escapes) {
        fputc('\r', edit->out);
        if (rows) fprintf(edit->out, "\033[%dA", rows);
        fputs("\033[J", edit->out);
    } else {
        fputs("\r\n", edit->out);
    }
    fflush(edit->out);
    el_resize(edit->el);
    el_wset(edit->el, EL_REFRESH);
    fflush(edit->out);
}

const char *edit_output(line_edit *edit, size_t *count) {
    *count = edit->output.count;
    return edit->output.bytes;
}

void edit_forget_output(line_edit *edit) { edit->output.count = 0; }
