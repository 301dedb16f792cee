#!/usr/bin/env python3
# It may not be executed.
import sys

for line in sys.stdin:
    pass
