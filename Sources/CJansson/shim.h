// jansson's type checks are macros, which Swift doesn't import.
#pragma once
#include <jansson.h>

static inline json_type json_kind(const json_t *value) { return json_typeof(value); }
