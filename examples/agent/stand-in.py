#!/usr/bin/env python3
"""Stands in for an ACP agent, to try and test bot.py without a model: ./bot.py ./stand-in.py

A prompt decides what it does: "count" counts until it is cancelled, "write NAME" asks for permission and writes a file,
"wait NAME" pauses until there is such a file, "long" answers with more than a message holds, "history" lists the session's
prompts, "fail" fails, and all else is repeated. Files that come with a prompt are named with their size. There is no
session while there is a file "logged-out".
"""
import itertools
import json
import os
import queue
import sys
import threading
import time
import urllib.parse
import uuid

answers, cancelled = queue.Queue(), threading.Event()


def send(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}) + "\n", end="", flush=True)


def update(session, kind, **fields):
    send(method="session/update", params={"sessionId": session, "update": {"sessionUpdate": kind, **fields}})


def chunk(session, text, kind="agent_message_chunk"):
    update(session, kind, content={"type": "text", "text": text})


def prompts(session):
    with open(f"{session}.json", encoding="utf-8") as file:
        return json.load(file)


def store(session, texts):
    with open(f"{session}.json", "w", encoding="utf-8") as file:
        json.dump(texts, file)


def may_write(session, name):
    options = [{"optionId": "yes", "name": "Allow", "kind": "allow_once"},
               {"optionId": "no", "name": "Reject", "kind": "reject_once"}]
    call = {"toolCallId": "call_1", "title": f"Write {name}"}
    send(id="permission", method="session/request_permission",
         params={"sessionId": session, "toolCall": call, "options": options})
    return answers.get()["result"]["outcome"].get("optionId") == "yes"


def answer(session, prompt):
    """Answers a prompt with chunks of text."""
    verb, _, name = prompt[0]["text"].partition(" ")
    if verb == "count":
        for number in itertools.count(1):
            if cancelled.wait(0.05):
                return
            chunk(session, f"{number} ")
    elif verb == "write":
        chunk(session, "One moment.")
        update(session, "tool_call", toolCallId="call_1", title=f"Write {name}")
        if may_write(session, name):
            open(name, "w").close()
        chunk(session, "It is written." if os.path.exists(name) else "It isn't written.")
    elif verb == "wait":
        chunk(session, "Before, ")
        while not os.path.exists(name.split("\n")[0]) and not cancelled.wait(0.02):
            pass
        chunk(session, "after.")
    elif verb == "long":
        chunk(session, "".join(f"{number} 👋 {'x' * 50}\n" for number in range(200)))
    elif verb == "history":
        chunk(session, "\n".join(prompts(session)))
    else:
        chunk(session, prompt[0]["text"])
    for link in prompt[1:]:
        path = urllib.parse.unquote(urllib.parse.urlparse(link["uri"]).path)
        chunk(session, f"\n{link['name']}: {os.path.getsize(path)} bytes")


def take_turn(number, session, prompt):
    if prompt[0]["text"] == "fail":
        return send(id=number, error={"code": -32000, "message": "the model is overloaded"})
    answer(session, prompt)
    store(session, [*prompts(session), prompt[0]["text"]])
    send(id=number, result={"stopReason": "cancelled" if cancelled.is_set() else "end_turn"})


for line in sys.stdin:
    message = json.loads(line)
    method, number, params = message.get("method"), message.get("id"), message.get("params", {})
    session = params.get("sessionId")
    if not method:
        answers.put(message)
    elif method == "initialize":
        send(id=number, result={"protocolVersion": 1, "agentCapabilities": {"loadSession": True}, "authMethods": []})
    elif method == "session/new" and os.path.exists("logged-out"):
        send(id=number, error={"code": -32000, "message": "log in first"})
    elif method == "session/new":
        session = str(uuid.uuid4())
        store(session, [])
        send(id=number, result={"sessionId": session})
    elif method == "session/load" and os.path.exists(f"{session}.json"):
        for text in prompts(session):
            chunk(session, text, "user_message_chunk")
            chunk(session, text)
        send(id=number, result=None)
    elif method == "session/load":
        send(id=number, error={"code": -32002, "message": "there is no such session"})
    elif method == "session/prompt":
        cancelled.clear()
        threading.Thread(target=take_turn, args=[number, session, params["prompt"]], daemon=True).start()
    elif method == "session/cancel":
        cancelled.set()
