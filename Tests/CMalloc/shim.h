// Swift's Glibc module lacks this header.
#include <malloc.h>
