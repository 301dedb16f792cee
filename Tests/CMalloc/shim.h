// Swift's Glibc module lacks it.
#include <malloc.h>
