"""Talks to a bot through a simulator's control API. Exits with 1 and a message if the bot doesn't answer as expected.

Arguments: the simulator's URL, and `--answer` if the bot can make a call in its response to a webhook request.
"""

import json
import sys
import urllib.error
import urllib.request
import uuid

URL = sys.argv[1]
seen = 0


def fail(words):
    sys.exit(f"conversation: {words}")


def ask(path, body=None, kind="application/json"):
    request = urllib.request.Request(f"{URL}/simulator/{path}", data=body, headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        fail(f"{path}: {error.read().decode()}")


def act(action, **parameters):
    """Acts as Ada; `expect` waits for the bot's next action."""
    global seen
    answer = ask(f"users/ada/{action}", json.dumps(parameters).encode())
    seen = answer["last"]
    return answer["result"]


def upload(action, part, name, content):
    global seen
    boundary = uuid.uuid4().hex
    body = (f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n").encode() + content + f"\r\n--{boundary}--\r\n".encode()
    answer = ask(f"users/ada/{action}", body, f"multipart/form-data; boundary={boundary}")
    seen = answer["last"]
    return answer["result"]


def expect(kind, what, found):
    """Waits for the bot's next action of this kind."""
    global seen
    actions = ask(f"actions?after={seen}&kind={kind}&timeout=20")["result"]
    if not actions:
        fail(f"expected {what}, but got nothing within 20 s")
    seen = actions[0]["id"]
    try:
        is_it = found(actions[0])
    except (KeyError, IndexError):
        is_it = False
    if not is_it:
        fail(f"expected {what}, but got: {json.dumps(actions[0], ensure_ascii=False)}")
    print(f"  {what}")
    return actions[0]


def expect_text(text):
    return expect("message", f"the message {text!r}", lambda action: action["message"].get("text") == text)


act("createUser", first_name="Ada")
act("sendMessage", text="/start")
expect("message", "a bold or linked name", lambda action: action["message"]["text"] == "Hello, Ada!"
       and [entity["type"] for entity in action["message"]["entities"]] in (["bold"], ["text_mention"], ["text_link"]))
said = act("sendMessage", text="good morning 👋 <&>")
expect_text("good morning 👋 <&>")

act("sendMessage", text="/menu")
menu = expect("message", "a button", lambda action: action["message"]["reply_markup"]["inline_keyboard"])
act("pressButton", message_id=menu["message"]["message_id"], button=1)
after = seen
expect("callback_answer", "the button's answer", lambda action: action["answer"]["text"] == "Thanks!")
seen = after
expect("edited", "the edited menu", lambda action: action["message"]["text"] == "You like it."
       and "reply_markup" not in action["message"] and "edit_date" in action["message"])

act("editMessageText", message_id=said["message_id"], text="good evening")
expect_text("Now you say: good evening")

act("sendMessage", text="/photo")
photo = expect(
    "message", "a photo", lambda action: action["message"]["photo"] and action["message"]["caption"] == "Here")
if photo["message"]["photo"][-1]["file_size"] != len(b"not really a photo"):
    fail("the photo's size differs from the sent one")

upload("sendPhoto", "photo", "cat.jpg", bytes(70_000))
expect_text("70000 bytes")

if "--answer" in sys.argv:
    act("sendMessage", text="/answer")
    expect_text("Said in the answer")

refused = [call for call in ask("calls")["result"] if not call.get("ok")]
if refused:
    fail(f"a call was rejected: {json.dumps(refused[0], ensure_ascii=False)}")
