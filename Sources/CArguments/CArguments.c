// A debug build of ArgumentParser checks the options of a command for mistakes, such as two with one name, whenever it
// looks them up: for nested groups hundreds of times, most of the time that a start takes. The linker's --wrap in
// Package.swift sends these calls here, where each type is checked once. If a later ArgumentParser renames the
// function, nothing comes here, and starts of debug builds are slow again.
#ifdef DEBUG
#include <stddef.h>

#define CHECK "$s14ArgumentParser17ParsableArgumentsPAAE9_validate6parentyAA8InputKeyVSg_tKFZ"
#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))
#define ERROR __attribute__((swift_error_result))

// extension ParsableArguments { static func _validate(parent: InputKey?) throws }; an InputKey has three words.
SWIFT void check(void *name1, void *name2, void *path, void *type, void *witness, CONTEXT void *self, ERROR void **error)
    __asm__("__real_" CHECK) __attribute__((weak));
SWIFT void check_once(
    void *name1, void *name2, void *path, void *type, void *witness, CONTEXT void *self, ERROR void **error)
    __asm__("__wrap_" CHECK);

static void *checked[256];
static size_t checked_count;

SWIFT void check_once(
    void *name1, void *name2, void *path, void *type, void *witness, CONTEXT void *self, ERROR void **error) {
    for (size_t i = 0; i < checked_count; i++)
        if (checked[i] == type) return;
    if (checked_count < sizeof checked / sizeof *checked) checked[checked_count++] = type;
    check(name1, name2, path, type, witness, self, error);
}
#endif
