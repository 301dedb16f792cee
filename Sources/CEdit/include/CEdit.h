// libedit without blocking reads. libedit reads keys deep inside its functions, for example during a search with
// Ctrl-R. So it runs on a stack of its own and switches back whenever it has no more keys. No Swift code runs on that
// stack.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct line_edit line_edit;

/// Why `edit_resume` returned.
typedef enum {
    EDIT_WAITS,     ///< all keys are used up
    EDIT_LINE,      ///< a line was entered: `edit_line`
    EDIT_INTERRUPT, ///< a line was dropped
    EDIT_SUSPEND,   ///< the program should be suspended
    EDIT_END,       ///< Ctrl-D on an empty line
} edit_event;

/// Keys without a character; their numbers are beyond Unicode's.
enum { EDIT_KEY_INTERRUPT = 0x200000, EDIT_KEY_SUSPEND, EDIT_KEY_REDRAW, EDIT_KEY_DELETE };

/// Starts editing at the terminal of both descriptors. Its settings are restored however the process ends, except by
/// SIGKILL. The first keys are read by `edit_resume`. Returns NULL with errno on failure.
line_edit *edit_open(int input, int output, int history_size);

/// Restores the terminal's settings.
void edit_close(line_edit *edit);

/// Sets the prompt, in UTF-8. Escape sequences `ESC [ … m` have no width; a space is added after one at the end.
void edit_set_prompt(line_edit *edit, const char *prompt);

/// Adds a line to the history, unless it repeats the last one.
void edit_add_history(line_edit *edit, const char *line);

/// Processes keys until the next event.
edit_event edit_resume(line_edit *edit);

/// Adds typed keys: Unicode scalars, or the keys above.
void edit_feed(line_edit *edit, const uint32_t *keys, size_t count);

/// Inserts text at the cursor as a single key.
void edit_insert(line_edit *edit, const char *text);

/// The text before the cursor in UTF-8; valid until the next call.
const char *edit_before_cursor(line_edit *edit);

/// Prints text above the prompt at the next redraw. The text must end in a newline.
void edit_print(line_edit *edit, const char *text, size_t count);

/// Prints pending text now, when no prompt is shown and none will follow.
void edit_print_now(line_edit *edit);

/// Whether the user is searching with Ctrl-R: any other key would end the search.
int edit_is_searching(line_edit *edit);

/// The entered or dropped line in UTF-8; valid until the next `edit_resume`.
const char *edit_line(line_edit *edit);

/// Sets the terminal up for editing (1) or restores its settings (0).
void edit_prepare(line_edit *edit, int raw);

/// Redraws the line after the window's size has changed.
void edit_resize(line_edit *edit);

/// The bytes to write to the terminal; call `edit_forget_output` once they are written.
const char *edit_output(line_edit *edit, size_t *count);
void edit_forget_output(line_edit *edit);

/// A character's width in columns: 0, 1 or 2; 0 if it isn't printable.
int edit_character_width(uint32_t scalar);

/// Loads the locale's character data, always with UTF-8. `edit_open` does this too.
void edit_use_locale(void);
