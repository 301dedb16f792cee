// Restores the terminal's settings however the process ends, except by SIGKILL.
#pragma once
#include <termios.h>

// Saves the settings of `input` until `unguard_terminal`. Only one terminal can be guarded: a second call replaces the
// first.
void guard_terminal(int input, int output, int has_escapes);

// Restores the saved settings; the guard stays in place.
void restore_terminal(void);

void unguard_terminal(void);

// The saved settings.
struct termios guarded_settings(void);
