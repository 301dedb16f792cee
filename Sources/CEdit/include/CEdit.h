// libedit, made to wait for nobody. It reads keys wherever it needs one, also in the middle of a search with
// Ctrl-R; so it runs on a stack of its own and leaves it whenever it has no key to go on with. No Swift runs there.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct line_edit line_edit;

/// Why `edit_resume` returned.
typedef enum {
    EDIT_WAITS,     ///< every key is used up
    EDIT_LINE,      ///< a line was ended: `edit_line`
    EDIT_INTERRUPT, ///< a line was dropped
    EDIT_SUSPEND,   ///< the program is to be stopped
    EDIT_END,       ///< Ctrl-D on an empty line
} edit_event;

/// Keys beside characters: no character has these numbers.
enum { EDIT_KEY_INTERRUPT = 0x200000, EDIT_KEY_SUSPEND, EDIT_KEY_REDRAW, EDIT_KEY_DELETE };

/// Edits at the terminal behind both descriptors; whatever ends the process, its settings come back. The first
/// keys are read once `edit_resume` is called. NULL with errno.
line_edit *edit_open(int input, int output, int history_size);

/// The settings of the terminal as they were.
void edit_close(line_edit *edit);

/// UTF-8; `ESC [ … m` takes no room. Behind one at the end comes a blank.
void edit_set_prompt(line_edit *edit, const char *prompt);

/// One more line that the arrow up finds; not one that is the same as the last.
void edit_add_history(line_edit *edit, const char *line);

/// Goes on until something happens.
edit_event edit_resume(line_edit *edit);

/// Keys that were typed: Unicode's scalars, or one of the above.
void edit_feed(line_edit *edit, const uint32_t *keys, size_t count);

/// Text at the cursor, as if it were one key.
void edit_insert(line_edit *edit, const char *text);

/// Text, ended by a newline, that comes above the prompt when it is drawn the next time.
void edit_print(line_edit *edit, const char *text, size_t count);

/// Has what is still to be printed go out, where no prompt is shown and none will be.
void edit_print_now(line_edit *edit);

/// Whether the user searches with Ctrl-R: any other key would end that.
int edit_is_searching(line_edit *edit);

/// The line that was ended or dropped, UTF-8; until the next call of `edit_resume`.
const char *edit_line(line_edit *edit);

/// The terminal's settings for editing (1), or as they were (0).
void edit_prepare(line_edit *edit, int raw);

/// The window has another size: draws the line anew.
void edit_resize(line_edit *edit);

/// What is to be written to the terminal; `edit_forget_output` once it is taken.
const char *edit_output(line_edit *edit, size_t *count);
void edit_forget_output(line_edit *edit);

/// Columns that a character takes: 0, 1 or 2; 0 for those that can't be printed.
int edit_character_width(uint32_t scalar);

/// Has the characters of the terminal's locale known, UTF-8 in any case. Also done by `edit_open`.
void edit_use_locale(void);
