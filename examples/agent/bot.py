#!/usr/bin/env python3
"""Any ACP agent as a Telegram bot. A prompt is in flight until its turn ends; the window lets presses and /stop pass:
pipegram run --allow-chat YOUR-ID --scope topic --ack event --window 16 --typing -- ./bot.py gemini --acp"""
import contextlib, itertools, json, os, pathlib, queue, secrets, subprocess, sys, threading
session, place = json.loads(sys.stdin.buffer.raw.readline()).get("state"), {"cwd": os.getcwd(), "mcpServers": []}
agent = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
prompts, answers, words, questions, numbers = queue.Queue(), queue.Queue(), [], {}, itertools.count(1)

def say(method, **parameters):
    print(json.dumps({"type": f"telegram.{method}", **parameters}) + "\n", end="", flush=True)
def tell(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}) + "\n", end="", file=agent.stdin, flush=True)

def ask(send, method, to=None, shown=None, **message):  # returns the answer; until then a draft shows the agent's words
    send(method=method, **message, id=next(numbers))
    for second in itertools.count(1):
        with contextlib.suppress(queue.Empty):
            return answers.get(timeout=float(os.environ.get("DRAFT_SECONDS", 1)))
        if to and to["chat"]["type"] == "private" and (len(words) != shown or second % 20 == 0):  # it lasts for 30 s
            shown, text = len(words), ["", *parts("".join(words).strip())][-1]
            say("send_message_draft", draft_id=to["message_id"], text=text, can_stop=True)

def parts(text):  # of at most 4,096 UTF-16 units, cut at a line's end if possible
    part = text.encode("utf-16-le", "replace")[:8192].decode("utf-16-le", "ignore")
    part = part if len(part) == len(text) else part[:part.rfind("\n", 1) + 1] or part
    return [part, *parts(text[len(part):])] if part else []

def hear(pipe):
    for message in map(json.loads, pipe):
        params = message.get("params", {})
        kind = message.get("type") or params.get("update", {}).get("sessionUpdate") or message.get("method", "answer")
        if kind in ("answer", "telegram.result"):
            answers.put(message)
        elif kind in ("agent_message_chunk", "tool_call"):
            words.append("\n\n" if kind == "tool_call" else params["update"]["content"].get("text", ""))
        elif kind == "session/request_permission":
            key, title = secrets.token_hex(8), params["toolCall"].get("title") or "Go on?"
            questions[key] = message
            rows = [[{"text": o["name"], "callback_data": f"{key}{n}"}] for n, o in enumerate(params["options"])]
            say("send_message", text=title[:1000], reply_markup={"inline_keyboard": rows})
        elif kind == "telegram.callback_query":
            say("answer_callback_query", callback_query_id=message["id"])
            if question := questions.pop(message["data"][:16], None):
                option, shown = question["params"]["options"][int(message["data"][16:])], message["message"]
                tell(id=question["id"], result={"outcome": {"outcome": "selected", "optionId": option["optionId"]}})
                say("edit_message_text", message_id=shown["message_id"], text=f"{shown['text']}: {option['name']}")
        elif kind == "telegram.stopped_message_generation" or message.get("text", "").split("@")[0] == "/stop":
            tell(method="session/cancel", params={"sessionId": session})
            while questions:
                tell(id=questions.popitem()[1]["id"], result={"outcome": {"outcome": "cancelled"}})
        elif kind == "telegram.message" and message.keys() & {"text", "photo", "voice"}:
            prompts.put(message)
            continue  # acknowledged when its turn has ended
        if "update_id" in message:
            say("ack", update_id=message["update_id"], only=True)
    os._exit(1 if pipe is agent.stdout or prompts.unfinished_tasks else 0)
threading.excepthook = lambda failure: (sys.excepthook(*failure[:3]), os._exit(1))
threading.Thread(target=hear, args=[agent.stdout], daemon=True).start()
can = ask(tell, "initialize", params={"protocolVersion": 1, "clientCapabilities": {}})["result"]["agentCapabilities"]
load = session and can.get("loadSession") and ask(tell, "session/load", params={"sessionId": session, **place})
if not load or "error" in load:
    new = ask(tell, "session/new", params=place)
    session = new["result"]["sessionId"] if "result" in new else sys.exit(f"session/new: {new['error']['message']}")
    say("state", value=session)
threading.Thread(target=hear, args=[sys.stdin], daemon=True).start()  # events wait until a session is open
for event in iter(prompts.get, None):
    again = "\n\n(Sent again after an interruption.)" if event.get("redelivered") else ""
    prompt = [{"type": "text", "text": (event.get("text") or event.get("caption") or "See this file.") + again}]
    if file := event.get("voice") or event.get("photo", [None])[-1]:
        path = pathlib.Path(f"{file['file_unique_id']}.{'ogg' if 'voice' in event else 'jpg'}").absolute()
        ask(say, "download_file", file_id=file["file_id"], path=str(path))
        prompt.append({"type": "resource_link", "uri": path.as_uri(), "name": path.name})
    words.clear()
    reply = ask(tell, "session/prompt", event, params={"sessionId": session, "prompt": prompt})
    end = reply["error"]["message"] if "error" in reply else reply["result"]["stopReason"].replace("end_turn", "")
    for part in parts(f"{''.join(words)}\n\n{end}".strip() or "Done."):
        if ask(say, "send_message", text=part, parse_mode="Markdown").get("error_code") == 400:
            say("send_message", text=part)
    prompts.task_done()
    say("ack", update_id=event["update_id"], only=True)
