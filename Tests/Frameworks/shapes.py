"""Calls each method of the Bot API that aiogram supports, and parses the response with aiogram.

Argument: a simulator's URL. Exits with 1 if aiogram can't parse a response, or if a method is rejected.
"""

import json
import os
import sys
import urllib.error
import urllib.request
import uuid

from aiogram import Bot, methods
from aiogram.methods import Response, TelegramMethod

URL = sys.argv[1].rstrip("/")
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Data/methods.ndjson")
# Each of these removes or changes state that other methods need.
LAST = [
    "deleteMessage", "deleteMessages", "banChatMember", "leaveChat", "setWebhook", "deleteWebhook", "close", "logOut"]

# The simulated world has no business accounts.
NO_BUSINESS = 'business connection not found"}'
# These don't work in private chats.
IN_GROUPS = [
    "getChatAdministrators", "leaveChat", "unbanChatMember", "restrictChatMember",
    "promoteChatMember", "banChatSenderChat", "unbanChatSenderChat",
    "setChatPermissions", "setChatPhoto", "deleteChatPhoto", "setChatTitle", "setChatDescription",
    "setChatStickerSet", "deleteChatStickerSet", "getChatMember",
]


def post(path, parameters, files=()):
    """Returns the status and the body. Files are sent as parts of a form."""
    if files:
        boundary = uuid.uuid4().hex
        body = b""
        for name, value in parameters.items():
            text = value if isinstance(value, str) else json.dumps(value)
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name in files:
            body += (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="a.jpg"\r\n\r\n'
                     "content\r\n").encode()
        body += f"--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
    else:
        body, kind = json.dumps(parameters).encode(), "application/json"
    request = urllib.request.Request(f"{URL}/{path}", data=body, headers={"Content-Type": kind})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def result(path, parameters):
    status, body = post(path, parameters)
    if status != 200:
        sys.exit(f"shapes: {path}: {body}")
    return json.loads(body)["result"]


class World:
    """The users, chats and messages for the calls."""

    def __init__(self):
        self.ada = result("simulator/users", {"first_name": "Ada", "username": "ada"})
        result(f"simulator/users/{self.ada['id']}/sendMessage", {"text": "hello"})
        self.private = self.ada["id"]
        self.bob = result("simulator/users", {"first_name": "Bob", "username": "bob"})
        self.group = self.act("createGroup", title="Friends", is_forum=True)["id"]
        self.act("promoteChatMember", chat_id=self.group, user_id=7, can_manage_topics=True, can_pin_messages=True,
                 can_restrict_members=True, can_delete_messages=True, can_promote_members=True,
                 can_change_info=True, can_invite_users=True, can_manage_chat=True)
        result(f"simulator/users/{self.bob['id']}/joinChat", {"chat_id": self.group})

    def act(self, action, **parameters):
        return result(f"simulator/users/{self.ada['id']}/{action}", parameters)

    def topic(self):
        return result("bot7:secret/createForumTopic", {"chat_id": self.group, "name": "Topic"})["message_thread_id"]

    def query(self):
        keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
        message = result(
            "bot7:secret/sendMessage", {"chat_id": self.private, "text": "x", "reply_markup": keyboard})
        return self.act("pressButton", message_id=message["message_id"], button=1)["id"]

    def special(self, method):
        """Parameters for methods that need special values."""
        if "ForumTopic" in method and "General" not in method and method not in (
                "createForumTopic", "getForumTopicIconStickers"):
            topic = {"chat_id": self.group, "message_thread_id": self.topic()}
            if method == "reopenForumTopic":
                result("bot7:secret/closeForumTopic", topic)
            return dict(topic, name="another")
        if "ForumTopic" in method or method in IN_GROUPS:
            return {"chat_id": self.group, "user_id": self.bob["id"], "description": "new"}
        if method == "banChatMember":
            somebody = result("simulator/users", {"first_name": "Carl"})["id"]
            result(f"simulator/users/{somebody}/joinChat", {"chat_id": self.group})
            return {"chat_id": self.group, "user_id": somebody}
        if method.endswith("InviteLink"):
            link = result("bot7:secret/createChatInviteLink", {"chat_id": self.group})
            return dict(link, chat_id=self.group, name="x")
        if method.endswith("ChatJoinRequest"):
            return {"chat_id": self.group, "user_id": self.request_to_join()}
        if method == "getFile":
            return {"file_id": self.photo()["photo"][-1]["file_id"]}
        if method == "setChatAdministratorCustomTitle":
            bob = {"chat_id": self.group, "user_id": self.bob["id"]}
            result("bot7:secret/promoteChatMember", dict(bob, can_pin_messages=True))
            return bob
        if method == "unpinChatMessage":
            pinned = {"chat_id": self.private, "message_id": self.message("")}
            result("bot7:secret/pinChatMessage", pinned)
            return pinned
        if method == "answerCallbackQuery":
            return {"callback_query_id": self.query()}
        if method in ("sendSharedWidget", "editSharedWidgetData"):
            return {"widget_id": self.widget()["widget"]["id"]}
        if method == "editMessageWidgetData":
            return {"message_id": self.widget()["message_id"], "public_data": "new"}
        if method == "answerWidgetQuery":
            self.widget()
            return {"widget_query_id": self.act("sendWidgetQuery", data="x")["id"]}
        if method == "answerInlineQuery":
            article = {"type": "article", "id": "1", "title": "x", "input_message_content": {"message_text": "x"}}
            return {"inline_query_id": self.act("sendInlineQuery", query="x")["id"], "results": [article]}
        if method == "answerShippingQuery":
            query = self.pay(currency="EUR", provider_token="x", need_shipping_address=True, is_flexible=True)
            return {"shipping_query_id": query["id"],
                    "shipping_options": [{"id": "1", "title": "x", "prices": [{"label": "x", "amount": 1}]}]}
        if method == "answerPreCheckoutQuery":
            return {"pre_checkout_query_id": self.pay(currency="XTR")["id"]}
        if method == "refundStarPayment":
            return {"telegram_payment_charge_id": self.charge()}
        if method == "editUserStarSubscription":
            return {"telegram_payment_charge_id": self.charge(subscription_period=2592000), "is_canceled": True}
        checklist = {"checklist": {"title": "x", "tasks": [{"id": 1, "text": "x"}]}}
        return {
            "sendRichMessage": {"rich_message": {"markdown": "**x**"}},
            "sendRichMessageDraft": {"rich_message": {"markdown": "**x**"}},
            "sendChecklist": checklist, "editMessageChecklist": checklist,
            "sendPoll": {"options": [{"text": "a"}, {"text": "b"}]},
            "editMessageText": {"text": "changed"},
            "editMessageReplyMarkup": {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}},
        }.get(method, {})

    def pay(self, **properties):
        """Ada begins to pay an invoice. The query that asks the bot for its consent, or for the shipping."""
        invoice = {"title": "x", "description": "x", "payload": "x", "prices": [{"label": "x", "amount": 100}], **properties}
        link = result("bot7:secret/createInvoiceLink", invoice)
        return self.act("payInvoice", invoice_link=link)

    def charge(self, **properties):
        """The id of a payment of Ada's in Stars."""
        query = self.pay(currency="XTR", **properties)
        result("bot7:secret/answerPreCheckoutQuery", {"pre_checkout_query_id": query["id"], "ok": True})
        return result("bot7:secret/getStarTransactions", {})["transactions"][-1]["id"]

    def request_to_join(self):
        """The id of a user who asked to join the group."""
        somebody = result("simulator/users", {"first_name": "Dora"})["id"]
        link = result("bot7:secret/createChatInviteLink", {"chat_id": self.group, "creates_join_request": True})
        result(f"simulator/users/{somebody}/joinChat", {"invite_link": link["invite_link"]})
        return somebody

    def widget(self):
        return result("bot7:secret/sendWidget", {"chat_id": self.private, "html": "x", "is_shared": True})

    def message(self, method):
        """A message that the method can be applied to."""
        parameters = {"chat_id": self.private, "text": "x"}
        if method in ("editMessageCaption", "editMessageMedia"):
            return self.photo()["message_id"]
        if method == "stopPoll":
            return result("bot7:secret/sendPoll", {
                "chat_id": self.private, "question": "x?", "options": [{"text": "a"}, {"text": "b"}]})["message_id"]
        if method in ("setGameScore", "getGameHighScores"):
            return result(
                "bot7:secret/sendGame", {"chat_id": self.private, "game_short_name": "game"})["message_id"]
        if method in ("editMessageLiveLocation", "stopMessageLiveLocation"):
            return result("bot7:secret/sendLocation", {
                "chat_id": self.private, "latitude": 1, "longitude": 2, "live_period": 600})["message_id"]
        return result("bot7:secret/sendMessage", parameters)["message_id"]

    def photo(self):
        _, body = post("bot7:secret/sendPhoto", {"chat_id": self.private, "caption": "x"}, ["photo"])
        return json.loads(body)["result"]

    def values(self, method, fact):
        values = {}
        for name in list(fact["required"]) + ["chat_id", "message_id"]:
            if name in fact["params"] and name not in fact["files"]:
                values[name] = self.value(method, name, fact["params"][name])
        files = [name for name in fact["files"] if name in fact["required"] and not fact["files"][name]]
        for name, value in self.nested(method).items():
            if name in fact["params"]:
                values[name] = value
                files = [file for file in files if file != name] + ["file"]
        values.update({name: value for name, value in self.special(method).items() if name in fact["params"]})
        return values, files

    def nested(self, method):
        photo = {"type": "photo", "media": "attach://file"}
        return {
            "sendMediaGroup": {"media": [photo, dict(photo)]},
            "editMessageMedia": {"media": photo},
            "sendPaidMedia": {"media": [photo], "star_count": 1},
            "setMyProfilePhoto": {"photo": {"type": "static", "photo": "attach://file"}},
        }.get(method, {})

    def value(self, method, name, types):
        known = {
            "chat_id": self.private, "from_chat_id": self.private, "user_id": self.private, "text": "changed",
            "url": "https://example.com", "emoji": "🎲", "question": "Well?", "currency": "XTR",
            "options": [{"text": "a"}, {"text": "b"}], "action": "typing", "latitude": 1.5, "longitude": 2.5,
            "prices": [{"label": "x", "amount": 1}], "commands": [{"command": "start", "description": "x"}],
            "phone_number": "+123", "first_name": "Ada", "title": "x", "address": "x", "name": "x_by_demo_bot",
            "game_short_name": "game", "permissions": {}, "color": 7322096, "ok": True,
        }
        if name == "message_id":
            return self.message(method)
        if name == "message_ids":
            return [self.message(method)]
        if name in known:
            return known[name]
        kind = types[0] if types else "String"
        if kind.startswith("Array of"):
            return []
        return {"Integer": 1, "String": "x", "Boolean": True, "Float": 1.5}.get(kind, {})


def main():
    facts = {}
    with open(TABLE, encoding="utf-8") as table:
        for line in table:
            fact = json.loads(line)
            facts[fact["name"]] = fact
    classes = {}
    for name in methods.__all__:
        kind = getattr(methods, name)
        if isinstance(kind, type) and issubclass(kind, TelegramMethod) and hasattr(kind, "__api_method__"):
            if isinstance(kind.__api_method__, str):
                classes[kind.__api_method__] = kind
    world = World()
    bot = Bot("7:secret")
    wrong, refused, unknown, for_business = [], [], [], []
    names = [name for name in facts if name not in LAST] + [name for name in LAST if name in facts]
    for name in names:
        if name not in classes:
            unknown.append(name)
            continue
        parameters, files = world.values(name, facts[name])
        status, body = post(f"bot7:secret/{name}", parameters, files)
        if name == "setWebhook":
            post("bot7:secret/deleteWebhook", {})
        if status == 400 and body.endswith(NO_BUSINESS):
            for_business.append(name)
            continue
        if status != 200:
            refused.append(f"{name} {json.dumps(parameters)}: {body}")
            continue
        try:
            Response[classes[name].__returning__].model_validate_json(body, context={"bot": bot})
        except Exception as error:
            wrong.append(f"{name}: {' '.join(str(error).split())[:300]}: {body[:300]}")
    for words, found in (("unexpected shape", wrong), ("rejected", refused)):
        for line in found:
            print(f"{words}: {line}")
    good = len(names) - len(wrong) - len(refused) - len(unknown) - len(for_business)
    print(f"{good} responses have the shape that aiogram expects, {len(wrong)} don't; "
          f"{len(refused)} calls were rejected; unknown to aiogram: {', '.join(unknown) or 'none'}; "
          f"only for business accounts: {', '.join(for_business) or 'none'}")
    sys.exit(1 if wrong or refused else 0)


main()
