#!/usr/bin/env python3
# Misspells the name of a key.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        text = event["txet"]
        print(json.dumps({"type": "telegram.send_message", "text": text}), flush=True)
