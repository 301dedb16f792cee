#!/usr/bin/env python3 -u
# env looks for a program called "python3 -u".
import sys

for line in sys.stdin:
    pass
