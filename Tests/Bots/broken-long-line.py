#!/usr/bin/env python3
# Prints a line that is too long.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": "x" * (2 << 20)}), flush=True)
