#!/usr/bin/env python3
# Parses the end of stdin as an event.
import json
import sys

while True:
    event = json.loads(sys.stdin.readline())
    if event["type"] == "telegram.message":
        print(json.dumps({"type": "telegram.send_message", "text": "hello"}), flush=True)
