#!/usr/bin/env python3
# Prints each call on several lines.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": "hello"}, indent=2), flush=True)
