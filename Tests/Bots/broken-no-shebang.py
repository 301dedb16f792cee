# Has no shebang line.
import sys

for line in sys.stdin:
    pass
