#define _GNU_SOURCE
#include "CEdit.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <ucontext.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024, DRAWING_KEY = 0x1F, DELETE_KEY = 0x1E };

typedef struct {
    char *bytes;
    size_t count, room;
} text;

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

static void append(text *text, const char *bytes, size_t count) {
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

// MARK: the terminal's settings, whatever ends the process

static struct {
    int descriptor, output, has_escapes;
    struct termios settings;
} guarded = {.descriptor = -1};

static const int fatal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGBUS,
                                    SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGSYS};

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

static void restore(void) {
    if (guarded.descriptor < 0) return;
    if (guarded.has_escapes) (void)!write(guarded.output, PASTE_OFF, sizeof PASTE_OFF - 1);
    tcsetattr(guarded.descriptor, TCSANOW, &guarded.settings);
}

static void restore_and_die(int number) {
    restore();
    raise(number); // at its default again, by SA_RESETHAND
}

static void guard_signals(void (*from)(int), void (*to)(int)) {
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        struct sigaction old, action = {.sa_handler = to, .sa_flags = SA_RESETHAND | SA_NODEFER};
        // What somebody else handles or ignores stays so.
        if (sigaction(fatal_signals[i], 0, &old) || old.sa_handler != from) continue;
        sigaction(fatal_signals[i], &action, 0);
    }
}

static void guard(const line_edit *edit, int output) {
    static int registered;
    if (tcgetattr(edit->input, &guarded.settings)) return;
    guarded.descriptor = edit->input;
    guarded.output = output;
    guarded.has_escapes = edit->has_escapes;
    if (!registered++) atexit(restore);
    guard_signals(SIG_DFL, restore_and_die);
}

// MARK: what libedit calls

static line_edit *owner(EditLine *el) {
    line_edit *edit = 0;
    el_wget(el, EL_CLIENTDATA, &edit);
    return edit;
}

static void leave(line_edit *edit, edit_event event) {
    edit->event = event;
    swapcontext(&edit->inside, &edit->outside);
}

static int next_key(EditLine *el, wchar_t *key) {
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

static void print(line_edit *edit) {
    fflush(edit->out);
    if (edit->printed.count) append(&edit->output, edit->printed.bytes, edit->printed.count);
    edit->printed.count = 0;
}

static unsigned char draw(EditLine *el, wint_t key) {
    (void)key;
    owner(el)->at_start = 1;
    return CC_REDISPLAY; // erases what is there, then calls `prompt`
}

static wchar_t *prompt(EditLine *el) {
    line_edit *edit = owner(el);
    if (edit->at_start) {
        edit->at_start = 0;
        print(edit);
    }
    return edit->prompt;
}

static ssize_t keep_output(void *edit, const char *bytes, size_t count) {
    append(&((line_edit *)edit)->output, bytes, count);
    return (ssize_t)count;
}

// MARK: the stack of its own

static void set_line(line_edit *edit, const wchar_t *characters, size_t count) {
    edit->line.count = 0;
    append(&edit->line, "", 0);
    for (size_t i = 0; i < count; i++) {
        char bytes[MB_LEN_MAX];
        mbstate_t state = {0};
        size_t length = wcrtomb(bytes, characters[i], &state);
        if (length != (size_t)-1) append(&edit->line, bytes, length);
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
        set_line(edit, line, (size_t)count);
        edit_event event = edit->interrupted ? EDIT_INTERRUPT : EDIT_LINE;
        edit->interrupted = 0;
        leave(edit, event);
    }
}

static int start(line_edit *edit) {
    // Its lowest page is a guard: what overflowed would fault there.
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

edit_event edit_resume(line_edit *edit) {
    starting = edit;
    swapcontext(&edit->outside, &edit->inside);
    fflush(edit->out);
    return edit->event;
}

// MARK: from outside

void edit_use_locale(void) {
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8")) setlocale(LC_CTYPE, "C.UTF-8");
}

static void bind_keys(EditLine *el) {
    static const wchar_t *const bindings[][2] = {
        {L"^R", L"em-inc-search-prev"},      {L"^S", L"em-inc-search-next"}, {L"^W", L"ed-delete-prev-word"},
        {L"^U", L"vi-kill-line-prev"},       {L"^_", L"pipegram-draw"},      {L"^^", L"ed-delete-next-char"},
        {L"\\ep", L"ed-search-prev-history"}, {L"\\en", L"ed-search-next-history"},
        // These wait for another key in a way that can't be seen, and would take ours for it.
        {L"^V", L"ed-ignore"},               {L"^X", L"ed-ignore"},          {L"\\ex", L"ed-ignore"},
        {L"\\eX", L"ed-ignore"},
    };
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++)
        el_wset(el, EL_BIND, bindings[i][0], bindings[i][1], NULL);
    // é is M-i to libedit's map for eight bits; Alt-i comes as two keys.
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
        guard(edit, output);
        edit->el = el_init_fd("pipegram", edit->in, edit->out, edit->out, input, output, output);
    }
    if (!edit->el || start(edit)) {
        int error = errno ? errno : ENOTTY;
        edit_close(edit);
        errno = error;
        return 0;
    }
    el_wset(edit->el, EL_CLIENTDATA, edit);
    el_wset(edit->el, EL_SIGNAL, 0);
    el_wset(edit->el, EL_EDITOR, L"emacs");
    el_wset(edit->el, EL_PROMPT_ESC, prompt, L'\1');
    el_wset(edit->el, EL_HIST, history_w, edit->history);
    el_wset(edit->el, EL_GETCFN, next_key);
    el_wset(edit->el, EL_ADDFN, L"pipegram-draw", L"draws the line anew", draw);
    // Ctrl-C, Ctrl-Z and Ctrl-S are keys like others. And not between two lines either does the terminal itself
    // edit what is typed, as libedit would have it.
    el_wset(edit->el, EL_SETTY, L"-d", L"-isig", L"-ixon", NULL);
    el_wset(edit->el, EL_SETTY, L"-x", L"-isig", L"-ixon", L"-icanon", L"-echo", L"-iexten", NULL);
    bind_keys(edit->el);
    if (edit->has_escapes) append(&edit->output, PASTE_ON, sizeof PASTE_ON - 1);
    return edit;
}

void edit_close(line_edit *edit) {
    if (edit->el) el_end(edit->el);
    restore();
    guarded.descriptor = -1;
    guard_signals(restore_and_die, SIG_DFL);
    if (edit->history) history_wend(edit->history);
    if (edit->out) fclose(edit->out);
    if (edit->in) fclose(edit->in);
    if (edit->stack) munmap(edit->stack, STACK_SIZE);
    free(edit->output.bytes);
    free(edit->printed.bytes);
    free(edit->line.bytes);
    free(edit->prompt);
    free(edit->keys);
    free(edit->inserted);
    free(edit);
}

static wchar_t *wide(const char *text) {
    size_t length = strlen(text);
    wchar_t *result = calloc(length + 1, sizeof *result);
    if (!result) abort();
    mbstate_t state = {0};
    size_t count = 0;
    for (const char *end = text + length; text < end;) {
        size_t used = mbrtowc(&result[count], text, (size_t)(end - text), &state);
        if (used == 0 || used > (size_t)(end - text)) {
            memset(&state, 0, sizeof state);
            used = 1; // no UTF-8
        } else {
            count++;
        }
        text += used;
    }
    result[count] = 0;
    return result;
}

void edit_set_prompt(line_edit *edit, const char *prompt) {
    // What stands between two \1 takes no room to libedit.
    text marked = {0};
    append(&marked, "", 0);
    for (const char *rest = prompt; *rest;) {
        size_t length = 0;
        if (rest[0] == 033 && rest[1] == '[') length = 2 + strspn(rest + 2, "0123456789;:") + 1;
        if (length && strlen(rest) >= length) {
            append(&marked, "\1", 1);
            append(&marked, rest, length);
            append(&marked, "\1", 1);
            rest += length;
        } else {
            append(&marked, rest++, 1);
        }
    }
    free(edit->prompt);
    edit->prompt = wide(marked.bytes);
    free(marked.bytes);
}

void edit_add_history(line_edit *edit, const char *line) {
    HistEventW event;
    wchar_t *characters = wide(line);
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
    edit->inserted = wide(text);
}

void edit_print(line_edit *edit, const char *text, size_t count) { append(&edit->printed, text, count); }

void edit_print_now(line_edit *edit) { print(edit); }

int edit_is_searching(line_edit *edit) {
    if (!edit->searched) return 0;
    // libedit shows what is sought in the line itself, and tells in no other way that it seeks.
    const LineInfoW *line = el_wline(edit->el);
    for (const wchar_t *at = line->buffer; at + 4 <= line->lastchar; at++)
        if (!wmemcmp(at, L"\nbck", 4) || !wmemcmp(at, L"\nfwd", 4)) return 1;
    edit->searched = 0;
    return 0;
}

const char *edit_line(line_edit *edit) { return edit->line.bytes; }

void edit_prepare(line_edit *edit, int raw) {
    struct termios settings = guarded.settings;
    if (raw) {
        settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
        settings.c_iflag &= ~(tcflag_t)IXON;
    }
    tcsetattr(edit->input, TCSADRAIN, &settings);
}

int edit_character_width(uint32_t scalar) {
    int width = wcwidth((wchar_t)scalar);
    return width < 0 ? 0 : width;
}

static int columns(const wchar_t *from, const wchar_t *end) {
    int columns = 0, literal = 0;
    for (; from < end; from++) {
        if (*from == '\1') literal = !literal;
        else if (!literal) columns += edit_character_width((uint32_t)*from);
    }
    return columns;
}

void edit_resize(line_edit *edit) {
    struct winsize size;
    if (ioctl(edit->input, TIOCGWINSZ, &size) || !size.ws_col) return;
    // Terminals fold the rows of a line anew when they are resized: its first row is so many above the cursor.
    const LineInfoW *line = el_wline(edit->el);
    int before = columns(edit->prompt, edit->prompt + wcslen(edit->prompt));
    int rows = (before + columns(line->buffer, line->cursor)) / size.ws_col;
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
