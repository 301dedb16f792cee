#!/usr/bin/env python3
# Prints Python's notation of a dictionary, which isn't JSON.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print({"type": "telegram.send_message", "text": event.get("text") or "?"}, flush=True)
