#!/usr/bin/env python3
# Assumes that each message has a text.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        text = event["text"]
        print(json.dumps({"type": "telegram.send_message", "text": text}), flush=True)
