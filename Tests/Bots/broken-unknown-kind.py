#!/usr/bin/env python3
# Crashes on events of an unknown type.
import json
import sys


def ignore(event):
    pass


HANDLERS = {name: ignore for name in [
    "telegram", "telegram.message", "telegram.edited_message", "telegram.callback_query"]}

for line in sys.stdin:
    event = json.loads(line)
    handle = HANDLERS[event["type"]]
    handle(event)
