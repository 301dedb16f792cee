#!/usr/bin/env python3
# Isn't executable.
import sys

for line in sys.stdin:
    pass
