#!/bin/no-such-env python3
# Its interpreter doesn't exist.
import sys

for line in sys.stdin:
    pass
