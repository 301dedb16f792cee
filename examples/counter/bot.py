#!/usr/bin/env python3
"""Counts the messages of each chat, and shows the count by editing its own answer."""
import json
import sys


def say(event):
    print(json.dumps(event, ensure_ascii=False))


scope = json.loads(sys.stdin.readline())
count = scope.get("state", 0)
answer = None  # the message that shows the count, once Telegram told us its id

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        count += 1
        say({"type": "telegram.state", "value": count})
        text = f"{event['from']['first_name']}, that makes {count}"
        if answer is None:
            say({"type": "telegram.send_message", "text": text, "id": "answer"})
        else:
            say({"type": "telegram.edit_message_text", "message_id": answer, "text": text})
    elif event["type"] == "telegram.result" and event["ok"]:
        answer = event["result"]["message_id"]
    elif event["type"] == "telegram.disconnect":
        break
