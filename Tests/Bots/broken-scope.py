#!/usr/bin/env python3
# Takes the scope for a message.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    text = event["text"]
    print(json.dumps({"type": "telegram.send_message", "text": text}), flush=True)
