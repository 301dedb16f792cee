// Nothing to call: see CArguments.c.
#pragma once
