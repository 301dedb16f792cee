#include "guard.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static struct {
    int descriptor, output, has_escapes;
    struct termios settings;
} guarded = {.descriptor = -1};

static const int fatal_signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGBUS,
                                    SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGSYS};

#define PASTE_OFF "\033[?2004l"

void restore_terminal(void) {
    if (guarded.descriptor < 0) return;
    if (guarded.has_escapes) (void)!write(guarded.output, PASTE_OFF, sizeof PASTE_OFF - 1);
    tcsetattr(guarded.descriptor, TCSANOW, &guarded.settings);
}

static void restore_and_die(int number) {
    restore_terminal();
    raise(number); // the default action again, because of SA_RESETHAND
}

static void guard_signals(void (*from)(int), void (*to)(int)) {
    for (size_t i = 0; i < sizeof fatal_signals / sizeof *fatal_signals; i++) {
        struct sigaction old, action = {.sa_handler = to, .sa_flags = SA_RESETHAND | SA_NODEFER};
        // Leave signals alone that are ignored or have another handler.
        if (sigaction(fatal_signals[i], 0, &old) || old.sa_handler != from) continue;
        sigaction(fatal_signals[i], &action, 0);
    }
}

void guard_terminal(int input, int output, int has_escapes) {
    static int registered;
    if (tcgetattr(input, &guarded.settings)) return;
    guarded.descriptor = input;
    guarded.output = output;
    guarded.has_escapes = has_escapes;
    if (!registered++) atexit(restore_terminal);
    guard_signals(SIG_DFL, restore_and_die);
}

void unguard_terminal(void) {
    restore_terminal();
    guarded.descriptor = -1;
    guard_signals(restore_and_die, SIG_DFL);
}

struct termios guarded_settings(void) { return guarded.settings; }
