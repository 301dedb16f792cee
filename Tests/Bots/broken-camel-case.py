#!/usr/bin/env python3
# Writes a method's name in Telegram's spelling.
import json
import sys

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        call = {"type": "telegram.sendMessage", "text": "hello"}
        print(json.dumps(call), flush=True)
