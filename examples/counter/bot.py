#!/usr/bin/env python3
"""Counts the messages of each chat, and shows the count by editing its own answer.

The count is the scope's state, so it outlives the child: /rest ends the child, and the next one continues.
"""
import json
import sys


def say(event):
    print(json.dumps(event), flush=True)


scope = json.loads(sys.stdin.readline())
state = scope.get("state") or {"count": 0}

for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        if event.get("text") == "/rest":
            break
        state["count"] += 1
        say({"type": "telegram.state", "value": state})
        name = event.get("from", {}).get("first_name", "Somebody")
        text = f"{name}, that makes {state['count']}"
        if state.get("answer"):
            answer = {"type": "telegram.edit_message_text", "message_id": state["answer"]}
        else:
            answer = {"type": "telegram.send_message"}
        say({**answer, "text": text, "id": "answer"})
    elif event["type"] == "telegram.result" and event["id"] == "answer":
        # If the answer can't be edited, because a user deleted it, send a new one next time.
        state["answer"] = event["result"]["message_id"] if event["ok"] else None
        say({"type": "telegram.state", "value": state})
    elif event["type"] == "telegram.disconnect":
        break
