# Its first line doesn't say what it is written in.
import sys

for line in sys.stdin:
    pass
