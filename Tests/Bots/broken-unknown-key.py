#!/usr/bin/env python3
# Crashes on messages with an unknown key.
import json
import sys


def answer(message_id, chat, date, update_id, type, text=None, entities=None, photo=None, new_chat_members=None, **sender):
    unknown = set(sender) - {"from"}
    if unknown:
        raise TypeError(f"unexpected key {unknown}")


for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        answer(**event)
