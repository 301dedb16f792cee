#!/usr/bin/env python3
# Reads stdin to its end before it processes the first event.
import json
import sys

for line in sys.stdin.readlines():
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": event.get("text") or "?"}), flush=True)
