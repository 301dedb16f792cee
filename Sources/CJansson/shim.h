// jansson's type tests are macros, which Swift does not import.
#pragma once
#include <jansson.h>

static inline json_type json_kind(const json_t *value) { return json_typeof(value); }
