#!/usr/bin/env python3
"""Sends a photo back as a file, and an image file back as a photo: downloads it, looks at it, uploads it again.

Downloaded files are deleted when the child exits. Each call's id names the next step.
"""
import json
import struct
import sys


def say(method, **parameters):
    print(json.dumps({"type": f"telegram.{method}", **parameters}), flush=True)


def describe(path, size):
    with open(path, "rb") as file:
        start = file.read(24)
    if start.startswith(b"\x89PNG"):
        return "PNG, {} × {}, {} bytes".format(*struct.unpack(">II", start[16:]), size)
    return f"{size} bytes"


for line in sys.stdin:
    event = json.loads(line)
    if event["type"] == "telegram.message":
        file = event.get("document") or {}
        way = "photo" if file.get("mime_type", "").startswith("image/") else None
        if event.get("photo"):
            file, way = event["photo"][-1], "document"  # the last size is the largest
        if way:
            say("download_file", file_id=file["file_id"], id=f"{way} {event['message_id']}")
    elif event["type"] == "telegram.result":
        way, message = event["id"].split()
        reply = {"message_id": int(message), "allow_sending_without_reply": True}
        if not event["ok"]:
            say("send_message", text=f"Sorry: {event['description']}", reply_parameters=reply)
        elif way != "sent":
            path, size = event["result"]["path"], event["result"]["file_size"]
            sent = {way: f"file://{path}", "caption": describe(path, size), "id": f"sent {message}"}
            say(f"send_{way}", reply_parameters=reply, **sent)
