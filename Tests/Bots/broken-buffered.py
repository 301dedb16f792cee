#!/usr/bin/env -S python3 -I
# Its stdout is buffered: -I ignores PYTHONUNBUFFERED.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": event.get("text") or "?"}))
