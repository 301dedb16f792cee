// The terminal's settings, whatever ends the process.
#pragma once
#include <termios.h>

// Keeps the settings of `input`, until `unguard_terminal`. Who guards two at once guards the second.
void guard_terminal(int input, int output, int has_escapes);

// As they were; what is guarded stays so.
void restore_terminal(void);

void unguard_terminal(void);

// The settings as they were.
struct termios guarded_settings(void);
