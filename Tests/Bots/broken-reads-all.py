#!/usr/bin/env python3
# Waits for the end of its stdin before it begins.
import json
import sys

for line in sys.stdin.readlines():
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": event.get("text") or "?"}), flush=True)
