"""The conversation of users and a bot, as tests write it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Pattern, Sequence, Tuple, Union

from . import transcript
from .bots import RunningBot
from .simulator import File, Simulator, SimulatorError

#: A picture of one pixel, for users who send "a photo".
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082")
#: The kinds of messages with a file.
FILES = {"photo", "document", "voice", "audio", "video", "animation", "sticker", "video_note"}
#: The kinds of actions that `stays_silent` doesn't allow.
VISIBLE = (
    "message", "edited", "deleted", "reaction", "pinned", "callback_answer", "inline_results", "widget_answer",
    "shipping_answer", "checkout_answer")

Action = Dict[str, Any]


class Message(Dict[str, Any]):
    """A message as the Bot API describes it, a dictionary with shortcuts."""

    @property
    def id(self) -> int:
        """The `message_id`."""
        return int(self["message_id"])

    @property
    def chat_id(self) -> int:
        """The id of the message's chat."""
        return int(self["chat"]["id"])

    @property
    def text(self) -> str:
        """The text, the caption, or the words of a rich message; empty if there is none."""
        return transcript.text_in(self)

    @property
    def buttons(self) -> List[List[str]]:
        """The texts of the buttons, row by row."""
        markup = self.get("reply_markup", {})
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        return [[button if isinstance(button, str) else button["text"] for button in row] for row in rows]

    @property
    def file_id(self) -> str:
        """The id of the message's file, the largest one of a photo; for :meth:`Telegram.download`."""
        for kind in FILES & self.keys():
            file = self[kind][-1] if kind == "photo" else self[kind]
            return str(file["file_id"])
        raise ValueError("the message has no file")


class Chat:
    """A group or channel."""

    def __init__(self, telegram: Telegram, raw: Mapping[str, Any], creator: User) -> None:
        self._telegram = telegram
        #: The `Chat` as the Bot API describes it.
        self.raw = dict(raw)
        self.id: int = raw["id"]
        self.title: str = raw.get("title", "")
        #: The user who created it.
        self.creator = creator

    @property
    def messages(self) -> List[Message]:
        """The messages as they are now."""
        return self._telegram.messages(self)


#: A place to write to: a user (the private chat with the bot), a bot (the private chat with it), a chat, or a chat's id.
Place = Union["User", "Bot", Chat, int]
#: A message, or its id.
MessageID = Union[Message, int]


class User:
    """A user of Telegram. Each method acts as this user, in the private chat with the bot unless `to` is given.

    Further keyword arguments are parameters of the simulator's action, such as `parse_mode` or `message_thread_id`.
    """

    def __init__(self, telegram: Telegram, raw: Mapping[str, Any]) -> None:
        self._telegram = telegram
        #: The `User` as the Bot API describes it.
        self.raw = dict(raw)
        self.id: int = raw["id"]
        self.name: str = raw["first_name"]

    def __repr__(self) -> str:
        return f"<User {self.id} {self.name}>"

    @property
    def messages(self) -> List[Message]:
        """The messages of the private chat as they are now."""
        return self._telegram.messages(self)

    def says(self, text: str, *, to: Optional[Place] = None, reply_to: Optional[MessageID] = None, **parameters: Any) -> Message:
        """Sends a text."""
        reply = {"message_id": _id(reply_to)} if reply_to is not None else None
        return Message(self.does("sendMessage", f": {text}", to=to, text=text, reply_parameters=reply, **parameters))

    def sends(
        self, kind: str, file: Union[str, Path, bytes, None] = None, *, to: Optional[Place] = None,
        reply_to: Optional[MessageID] = None, **parameters: Any) -> Message:
        """Sends a photo, document, voice, audio, video, animation, sticker, video_note, location, contact, …

        :param file: the path, or the content (default: a picture of one pixel); not for a location and the like
        """
        files = {kind: _upload(kind, file)} if kind in FILES and kind not in parameters else {}
        reply = {"message_id": _id(reply_to)} if reply_to is not None else None
        caption = f": {parameters['caption']}" if "caption" in parameters else ""
        action = "send" + "".join(word.capitalize() for word in kind.split("_"))
        return Message(self.does(
            action, f" sends a {kind}{caption}", to=to, files=files, reply_parameters=reply, **parameters))

    def presses(
        self, button: Union[str, int, None] = None, *, message: Optional[MessageID] = None, to: Optional[Place] = None,
        **parameters: Any) -> Dict[str, Any]:
        """Presses a button, given by its text or its number from 1, of the newest message with buttons.

        Returns the callback query, or the message that a keyboard button sends.
        """
        result: Dict[str, Any] = self.does(
            "pressButton", f" presses {button or parameters}", to=to, button=button, message_id=_id(message), **parameters)
        return result

    def stops(self, draft_id: Optional[int] = None, *, to: Optional[Place] = None) -> Dict[str, Any]:
        """Presses the stop button of a draft (default: the newest one that has it)."""
        result: Dict[str, Any] = self.does("stopDraft", " presses Stop", to=to, draft_id=draft_id)
        return result

    def pays(
        self, invoice: Union[MessageID, str, None] = None, *, to: Optional[Place] = None, **parameters: Any) -> Dict[str, Any]:
        """Pays an invoice, given by its message or link (default: the newest one).

        :param parameters: `tip_amount`, `shipping_option_id`, `name`, `phone_number`, `email`, `shipping_address`

        Returns the shipping query or the pre-checkout query; see :meth:`Bot.accepts_payment`.
        """
        if isinstance(invoice, str):
            parameters["invoice_link"] = invoice
        elif invoice is not None:
            parameters["message_id"] = _id(invoice)
        result: Dict[str, Any] = self.does("payInvoice", " pays", to=to, **parameters)
        return result

    def buys(self, message: Optional[MessageID] = None, *, to: Optional[Place] = None) -> Dict[str, Any]:
        """Buys paid media (default: the newest). Returns the purchase."""
        result: Dict[str, Any] = self.does("buyPaidMedia", " buys paid media", to=to, message_id=_id(message))
        return result

    def edits(self, message: MessageID, text: str, **parameters: Any) -> Message:
        """Edits a message of this user."""
        return Message(self._does_to("editMessageText", message, f" edits: {text}", text=text, **parameters))

    def deletes(self, message: MessageID, **parameters: Any) -> None:
        """Deletes a message. Telegram doesn't tell the bot."""
        self._does_to("deleteMessage", message, " deletes a message", **parameters)

    def pins(self, message: MessageID, **parameters: Any) -> None:
        """Pins a message."""
        self._does_to("pinChatMessage", message, " pins a message", **parameters)

    def reacts(self, message: MessageID, emoji: Optional[str], **parameters: Any) -> None:
        """Reacts to a message with an emoji; None takes the reaction back."""
        reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
        self._does_to("setMessageReaction", message, f" reacts: {emoji}", reaction=reaction, **parameters)

    def votes(self, message: MessageID, *options: int, **parameters: Any) -> None:
        """Votes for options of a poll, numbered from 0; without any, takes the vote back."""
        self._does_to("votePoll", message, f" votes {list(options)}", option_ids=list(options), **parameters)

    def starts(self, payload: str = "", *, to: Optional[Bot] = None) -> Message:
        """Opens a bot by a link with a payload: sends `/start PAYLOAD`."""
        return Message(self.does("start", f": /start {payload}".rstrip(), to=to, payload=payload))

    def joins(self, chat: Chat) -> None:
        """Joins a group or channel."""
        self.does("joinChat", f" joins {chat.title}", to=chat)

    def leaves(self, chat: Chat) -> None:
        """Leaves a group or channel."""
        self.does("leaveChat", f" leaves {chat.title}", to=chat)

    def adds(self, bot: Bot, to: Chat, **parameters: Any) -> None:
        """Adds another bot to a group or channel."""
        self.does("addBot", f" adds {bot.name}", to=to, bot=bot.id, **parameters)

    def blocks(self, bot: Optional[Bot] = None) -> None:
        """Blocks a bot."""
        self.does("blockBot", " blocks the bot", to=bot)

    def unblocks(self, bot: Optional[Bot] = None) -> None:
        """Unblocks a bot."""
        self.does("unblockBot", " unblocks the bot", to=bot)

    def queries(self, query: str, **parameters: Any) -> Dict[str, Any]:
        """Types an inline query; see :meth:`Bot.offers`."""
        result: Dict[str, Any] = self.does("sendInlineQuery", f" types @bot {query}", query=query, **parameters)
        return result

    def chooses(self, result_id: str, **parameters: Any) -> Message:
        """Sends one of the offered inline results."""
        return Message(self.does("chooseInlineResult", f" chooses {result_id}", result_id=result_id, **parameters))

    def does(
        self, action: str, words: Optional[str] = None, *, to: Optional[Place] = None,
        files: Optional[Mapping[str, File]] = None, **parameters: Any) -> Any:
        """Performs any action that the simulator knows, such as `createForumTopic`. Returns its result.

        :param words: how the transcript shows it
        """
        if to is not None:
            parameters["chat_id"] = _place(to)
        return self._telegram._act(self, action, words or f" does {action}", parameters, files)

    def _does_to(self, action: str, message: MessageID, words: str, **parameters: Any) -> Any:
        if isinstance(message, Message) and "chat_id" not in parameters and "to" not in parameters:
            parameters["chat_id"] = message.chat_id
        return self.does(action, words, message_id=_id(message), **parameters)


class Bot:
    """What a bot must do. Each method waits for the bot's next action of a kind, and fails if it is another one than
    expected, or if none comes in time.

    `to` is the user or chat to watch; otherwise all chats count. `match` is a regular expression to find in the text.
    """

    def __init__(self, telegram: Telegram, raw: Mapping[str, Any]) -> None:
        self._telegram = telegram
        #: The `User` as the Bot API describes it, with its `token`.
        self.raw = dict(raw)
        self.id: int = raw["id"]
        self.name: str = raw["first_name"]
        self.username: str = raw["username"]
        self.token: str = raw["token"]

    def __repr__(self) -> str:
        return f"<Bot {self.id} {self.name}>"

    def says(
        self, text: Optional[str] = None, *, match: Union[str, Pattern[str], None] = None, to: Optional[Place] = None,
        buttons: Optional[Sequence[Any]] = None, timeout: Optional[float] = None, **fields: Any) -> Message:
        """The bot's next message has this text.

        :param buttons: the texts of the message's buttons: a list of rows, or of all buttons in reading order
        :param fields: further fields of the message, such as `message_thread_id`
        """
        __tracebackhide__ = True
        wanted = _Wanted("message", "say", text, match, buttons, fields)
        return Message(self._telegram._await(self, wanted, to, timeout)["message"])

    def sends(
        self, kind: str, caption: Optional[str] = None, *, match: Union[str, Pattern[str], None] = None,
        to: Optional[Place] = None, buttons: Optional[Sequence[Any]] = None, timeout: Optional[float] = None,
        **fields: Any) -> Message:
        """The bot's next message is a photo, document, location, poll, …, with this caption if one is given."""
        __tracebackhide__ = True
        wanted = _Wanted("message", f"send a {kind}", caption, match, buttons, fields, has=kind)
        return Message(self._telegram._await(self, wanted, to, timeout)["message"])

    def edits(
        self, text: Optional[str] = None, *, message: Optional[MessageID] = None,
        match: Union[str, Pattern[str], None] = None, to: Optional[Place] = None,
        buttons: Optional[Sequence[Any]] = None, timeout: Optional[float] = None, **fields: Any) -> Message:
        """The bot's next edit gives a message this text, or these buttons."""
        __tracebackhide__ = True
        if message is not None:
            fields["message_id"] = _id(message)
        wanted = _Wanted("edited", "edit a message:", text, match, buttons, fields)
        return Message(self._telegram._await(self, wanted, to, timeout)["message"])

    def deletes(self, message: Optional[MessageID] = None, *, to: Optional[Place] = None, timeout: Optional[float] = None) -> List[int]:
        """The bot deletes messages next; `message` is one of them. Returns their ids."""
        __tracebackhide__ = True
        action = self._telegram._await(
            self, _Wanted("deleted", "delete a message", deleted=_id(message)), to, timeout)
        return [int(number) for number in action["message_ids"]]

    def pins(self, text: Optional[str] = None, *, to: Optional[Place] = None, timeout: Optional[float] = None) -> Message:
        """The bot pins a message next."""
        __tracebackhide__ = True
        return Message(self._telegram._await(self, _Wanted("pinned", "pin", text), to, timeout)["message"])

    def reacts(self, emoji: Optional[str] = None, *, to: Optional[Place] = None, timeout: Optional[float] = None) -> Action:
        """The bot reacts to a message next."""
        __tracebackhide__ = True
        return self._telegram._await(self, _Wanted("reaction", "react", emoji), to, timeout)

    def answers(
        self, text: Optional[str] = None, *, match: Union[str, Pattern[str], None] = None,
        timeout: Optional[float] = None, **fields: Any) -> Action:
        """The bot answers a pressed button next, with this text. `show_alert=True` expects an alert."""
        __tracebackhide__ = True
        wanted = _Wanted("callback_answer", "answer a button", text, match, fields=fields)
        return self._telegram._await(self, wanted, None, timeout)["answer"]  # type: ignore[no-any-return]

    def drafts(
        self, text: Optional[str] = None, *, match: Union[str, Pattern[str], None] = None, to: Optional[Place] = None,
        timeout: Optional[float] = None, **fields: Any) -> Action:
        """The bot's next draft, or version of one, has this text. A draft isn't a message yet."""
        __tracebackhide__ = True
        return self._telegram._await(self, _Wanted("draft", "draft", text, match, fields=fields), to, timeout)

    def accepts_payment(self, *, timeout: Optional[float] = None) -> None:
        """The bot accepts a payment next: it answers the pre-checkout query with `ok`."""
        __tracebackhide__ = True
        self._telegram._await(self, _Wanted("checkout_answer", "accept the payment", fields={"ok": True}), None, timeout)

    def refuses_payment(
        self, text: Optional[str] = None, *, match: Union[str, Pattern[str], None] = None, timeout: Optional[float] = None) -> None:
        """The bot refuses a payment next, with this error message."""
        __tracebackhide__ = True
        self._telegram._await(
            self, _Wanted("checkout_answer", "refuse the payment", text, match, fields={"ok": False}), None, timeout)

    def offers(self, *, timeout: Optional[float] = None) -> List[Dict[str, Any]]:
        """The bot answers an inline query next. Returns the results."""
        __tracebackhide__ = True
        answer = self._telegram._await(self, _Wanted("inline_results", "offer inline results"), None, timeout)["answer"]
        results = answer["results"]
        return transcript.parsed(results)  # type: ignore[no-any-return]

    def shows(self, action: str = "typing", *, to: Optional[Place] = None, timeout: Optional[float] = None) -> Action:
        """The bot shows that it is typing, or another chat action such as `upload_photo`."""
        __tracebackhide__ = True
        return self._telegram._await(self, _Wanted("action", "show", action), to, timeout)

    def wait_until_polling(self, *, timeout: Optional[float] = None) -> None:
        """Waits until the bot asks for updates or has a webhook. :meth:`Telegram.start` does that; this is for a bot that was
        started otherwise."""
        __tracebackhide__ = True
        self._telegram._await_bot(self, timeout)

    def does(self, kind: str, *, to: Optional[Place] = None, timeout: Optional[float] = None, **fields: Any) -> Action:
        """The bot's next action of this kind has these fields: `does("other", method="setMyCommands")`."""
        __tracebackhide__ = True
        return self._telegram._await(self, _Wanted(kind, f"do '{kind}'", fields=fields), to, timeout)

    def stays_silent(self, seconds: float = 0.5, *, to: Optional[Place] = None) -> None:
        """The bot does nothing visible for some time; typing doesn't count. Earlier actions that the test expects by
        no other method count, too."""
        __tracebackhide__ = True
        self._telegram._stay_silent(self, seconds, to)

    def skips(self) -> List[Action]:
        """Leaves out the bot's actions up to now, so that the next expectation begins after them. Returns them."""
        return self._telegram._skip(self)


class _Wanted:
    """An expected action."""

    def __init__(
        self, kind: str, verb: str, text: Optional[str] = None, match: Union[str, Pattern[str], None] = None,
        buttons: Optional[Sequence[Any]] = None, fields: Optional[Mapping[str, Any]] = None, has: str = "",
        deleted: Optional[int] = None) -> None:
        self.kind, self.verb, self.text, self.match = kind, verb, text, match
        self.buttons, self.fields, self.has, self.deleted = buttons, fields or {}, has, deleted

    def __str__(self) -> str:
        words = [self.verb]
        if self.text is not None:
            words.append(repr(self.text))
        if self.match is not None:
            words.append(f"a match of {getattr(self.match, 'pattern', self.match)!r}")
        if self.buttons is not None:
            words.append(f"with the buttons {list(self.buttons)}")
        if self.fields:
            words.append(f"with {', '.join(f'{name}={value!r}' for name, value in self.fields.items())}")
        if self.deleted is not None:
            words.append(str(self.deleted))
        return " ".join(words) if len(words) > 1 or self.verb != "say" else "say anything"

    def accepts(self, action: Action) -> bool:
        content = action.get("message") or action.get("answer") or action
        text = transcript.text_of(action)
        return (
            (self.text is None or text == self.text)
            and (self.match is None or re.search(self.match, text) is not None)
            and (not self.has or self.has in content)
            and (self.deleted is None or self.deleted in action["message_ids"])
            and self._accepts_buttons(content)
            and all(name in content and transcript.parsed(content[name]) == value for name, value in self.fields.items()))

    def _accepts_buttons(self, content: Mapping[str, Any]) -> bool:
        if self.buttons is None:
            return True
        rows = Message(content).buttons
        return list(self.buttons) in (rows, [button for row in rows for button in row])


class Telegram:
    """A simulated Telegram for one test: users, the bot's actions, faults."""

    def __init__(self, simulator: Simulator, timeout: float) -> None:
        #: The process behind it.
        self.simulator = simulator
        #: How long expectations wait for the bot, in seconds.
        self.timeout = timeout
        self._names: Dict[int, str] = {}
        self._actions: List[Action] = []
        self._expected: set[int] = set()
        self._acts: List[Tuple[int, str]] = []
        self._own_calls: set[int] = set()
        self._others = simulator.bots.count
        self._last = simulator.respond("reset", {})["last"]
        #: The bot, for expectations.
        self.bot = Bot(self, simulator.get("bots")[0])
        self._call_count = simulator._ask("GET", "/simulator/calls")["last"]

    @property
    def url(self) -> str:
        """The server's address, such as `http://127.0.0.1:40555`."""
        return self.simulator.url

    @property
    def base_url(self) -> str:
        """`base_url` of python-telegram-bot."""
        return self.simulator.base_url

    @property
    def base_file_url(self) -> str:
        """`base_file_url` of python-telegram-bot."""
        return self.simulator.base_file_url

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.simulator.token

    @property
    def env(self) -> Dict[str, str]:
        """Environment variables for a bot in a process of its own."""
        return self.simulator.env

    # MARK: the bot

    def start(
        self, bot: Any, *args: Any, env: Optional[Mapping[str, str]] = None, wait: float = 30, **options: Any
    ) -> RunningBot:
        """Starts a bot, waits until it asks for updates or sets a webhook, and stops it at the end of the test.

        :param bot:
            - aiogram's Dispatcher: `start(dispatcher)`, or with a bot of one's own `start(dispatcher, bot)`
            - python-telegram-bot's Application
            - pyTelegramBotAPI's TeleBot or AsyncTeleBot
            - a coroutine function, such as `main`; `args` and `options` are its arguments
            - the path of a Python script, for a process of its own
            - a command as a list, for a process of its own
        :param env: further environment variables of a process
        :param wait: how many seconds to wait for the start; 0 doesn't wait
        :param options: of the framework's polling, such as `allowed_updates`
        """
        return self.simulator.bots.start(bot, *args, env=env, wait=wait, **options)

    def add_bot(self, name: str, **properties: Any) -> Bot:
        """Adds another bot, for this test. Its `token` is for its program, and `bot.says` and so on for its actions.

        :param properties: `username`, `id`; `can_read_all_group_messages=True` turns off its privacy mode
        """
        bot = Bot(self, self.simulator.post("bots", first_name=name, **properties))
        self._names[bot.id] = name
        return bot

    def close(self) -> None:
        """Stops the test's bots."""
        for bot in reversed(self.simulator.bots.since(self._others)):
            bot.stop()

    # MARK: users and chats

    def user(self, name: str, **properties: Any) -> User:
        """Creates a user. `properties` are those of the Bot API's `User`, such as `username` and `language_code`.

        Without `id`, each user of a process has a new one, so that no state of a bot passes from test to test.
        """
        if "id" not in properties:
            properties["id"] = self.simulator.next_user
            self.simulator.next_user += 1
        raw = self.simulator.post("users", first_name=name, **properties)
        self._names[raw["id"]] = name
        return User(self, raw)

    def group(self, title: str, *members: User, **properties: Any) -> Chat:
        """The first member creates a group with the bot, the others join.

        :param properties: `is_forum`, `type` (`group` instead of `supergroup`), `username`, `with_bot`
        """
        return self._found("createGroup", title, members, properties)

    def channel(self, title: str, *members: User, **properties: Any) -> Chat:
        """The first member creates a channel with the bot as an administrator, the others join."""
        return self._found("createChannel", title, members, properties)

    def _found(self, action: str, title: str, members: Sequence[User], properties: Mapping[str, Any]) -> Chat:
        if not members:
            raise ValueError(f"{title} needs a member that creates it")
        raw = members[0].does(action, f" creates {title}", title=title, **properties)
        chat = Chat(self, raw, members[0])
        self._names[chat.id] = title
        for member in members[1:]:
            member.joins(chat)
        return chat

    def messages(self, place: Place, bot: Optional[Bot] = None) -> List[Message]:
        """A chat's messages as they are now. A private chat is one with the first bot unless `bot` is given."""
        messages = self.simulator.get(f"chats/{_place(place)}/messages", bot=bot.id if bot else None)
        return [Message(message) for message in messages]

    def download(self, file: Union[Message, str]) -> bytes:
        """The content of a message's file, or of a `file_id`."""
        file_id = file.file_id if isinstance(file, Message) else file
        content = self.simulator.download(file_id)
        own = [call for call in self.simulator.get("calls", method="getFile")
               if call["parameters"].get("file_id") == file_id]
        self._own_calls.update(call["id"] for call in own[-1:])
        return content

    # MARK: faults and raw access

    def fault(self, fault: Optional[str] = None, **parameters: Any) -> None:
        """Lets the bot's next call fail: `fault("too_many_requests", method="sendMessage", retry_after=1)`.

        docs/simulator.md of pipegram lists the faults: error, too_many_requests, migrated, html, close_before, hang,
        close_after_bytes, delay, close_after, hang_after, broken_body, html_after.

        :param parameters: `method`, `times`, `chat_id`, and those of the fault
        """
        self.simulator.post("faults", fault=fault, **parameters)

    def clear_faults(self) -> None:
        """Removes the faults that haven't happened yet."""
        self.simulator.delete("faults")

    def update(self, update: Mapping[str, Any]) -> Dict[str, Any]:
        """Sends the bot any update, such as a `pre_checkout_query`. Returns it with its `update_id`."""
        result: Dict[str, Any] = self.simulator.post("updates", **update)
        return result

    def actions(self, kind: Optional[str] = None) -> List[Action]:
        """All visible actions of the bots in this test. Each has the id of its `bot`."""
        self._fetch(0)
        return [action for action in self._actions if kind in (None, action["kind"])]

    def calls(self, method: Optional[str] = None) -> List[Dict[str, Any]]:
        """All calls of the bots in this test but getUpdates, with their answers."""
        calls = self.simulator.get("calls", method=method, after=self._call_count)
        return [call for call in calls if call["id"] not in self._own_calls]

    def transcript(self) -> str:
        """The conversation up to now."""
        self._fetch(0)
        return transcript.transcript(self._acts, self._actions, self.calls(), self._names)

    # MARK: waiting

    def _act(
        self, user: User, action: str, words: str, parameters: Mapping[str, Any], files: Optional[Mapping[str, File]]
    ) -> Any:
        __tracebackhide__ = True
        chat = parameters.get("chat_id")
        where = f" [{self._names.get(chat, chat)}]" if chat not in (None, user.id) else ""
        response = self.simulator.respond(f"users/{user.id}/{action}", parameters, files)
        self._acts.append((response["last"], f"{user.name}{where}{words}"))
        return response["result"]

    def _fetch(self, seconds: float) -> None:
        """Reads new actions, or waits for some."""
        new = self.simulator.get("actions", after=self._last, timeout=f"{max(seconds, 0):.3f}")
        for action in new:
            # Telegram's messages don't include reply keyboards.
            if "reply_markup" in action:
                action["message"]["reply_markup"] = action["reply_markup"]
        self._actions += new
        self._last = max([self._last, *(action["id"] for action in new)])

    def _new(self, bot: Bot, kinds: Sequence[str], place: Optional[Place]) -> List[Action]:
        chat = None if place is None else _place(place)
        return [
            action for action in self._actions
            if action["id"] not in self._expected and action["bot"] == bot.id and action["kind"] in kinds
            and chat in (None, action.get("chat_id"))]

    def _await(self, bot: Bot, wanted: _Wanted, place: Optional[Place], timeout: Optional[float]) -> Action:
        __tracebackhide__ = True
        seconds = self.timeout if timeout is None else timeout
        deadline, wait = time.monotonic() + seconds, 0.0
        while True:
            # Asked first, because a bot may act and then end.
            problems = self.simulator.bots.problems()
            self._fetch(wait)
            new = self._new(bot, [wanted.kind], place)
            if new and wanted.accepts(new[0]):
                self._expected.add(new[0]["id"])
                return new[0]
            left = deadline - time.monotonic()
            if new or left <= 0 or problems:
                raise AssertionError(self._complaint(bot, wanted, place, new, seconds))
            # In slices, so that a bot's crash is seen at once.
            wait = min(left, 0.2)

    def _await_bot(self, bot: Bot, timeout: Optional[float]) -> None:
        __tracebackhide__ = True
        seconds = self.timeout if timeout is None else timeout
        deadline, left = time.monotonic() + seconds, seconds
        while True:
            state = self.simulator.get("bot", bot=bot.id, timeout=f"{min(max(left, 0), 10):.3f}")
            if state["is_polling"] or state["url"]:
                return
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(
                    f"no bot asked {self.url} for updates within {seconds:g} s. Does it use this URL, in $TELEGRAM_API_URL?")

    def _complaint(
        self, bot: Bot, wanted: _Wanted, place: Optional[Place], new: List[Action], seconds: float) -> str:
        where = "" if place is None else f" to {self._names.get(_place(place), _place(place))}"
        time_limit = "" if new else f" within {seconds:g} s"
        instead = new[:1] or self._new(bot, [*VISIBLE, "action", "other"], place)
        lines = [f"{self._name(bot)} didn't {wanted}{where}{time_limit}"]
        if instead:
            lines += ["Instead:", *("  " + transcript.line(action, self._names) for action in instead)]
        lines += transcript.rejections(self.calls())
        lines += self.simulator.bots.problems()
        if not instead:
            others = self._new(bot, [*VISIBLE, "action", "other"], None)
            lines += ["To others:", *("  " + transcript.line(action, self._names) for action in others)]
            lines = lines if others else [*lines[:-1], self._silence(bot)]
        return "\n".join(lines)

    def _name(self, bot: Bot) -> str:
        return self._names.get(bot.id, "the bot")

    def _silence(self, bot: Bot) -> str:
        """Advice for a bot that does nothing."""
        if _is_in_loop():
            return ("It did nothing else. This test waits in an event loop: if the bot runs in the same loop, it can't "
                    "work meanwhile. Use the fixture async_telegram, or telegram.start.")
        if not self.simulator.bots.count and not self.calls():
            return "It did nothing else, and made no call. Was it started, with telegram.start or telegram.url?"
        polls = self.simulator.get("bot", bot=bot.id)["polls"]
        if not polls and not any(call["bot"] == bot.id for call in self.calls()):
            return f"It did nothing else, and made no call. Was it started, with its token {bot.token}?"
        return "It did nothing else."

    def _stay_silent(self, bot: Bot, seconds: float, place: Optional[Place]) -> None:
        __tracebackhide__ = True
        deadline = time.monotonic() + seconds
        self._fetch(0)
        while True:
            new = self._new(bot, VISIBLE, place)
            problems = self.simulator.bots.problems()
            if new or problems:
                lines = ["  " + transcript.line(action, self._names) for action in new]
                raise AssertionError("\n".join([f"{self._name(bot)} didn't stay silent:", *lines, *problems]))
            left = deadline - time.monotonic()
            if left <= 0:
                return
            self._fetch(min(left, 0.2))

    def _skip(self, bot: Bot) -> List[Action]:
        self._fetch(0)
        new = [
            action for action in self._actions if action["id"] not in self._expected and action["bot"] == bot.id]
        self._expected.update(action["id"] for action in new)
        return new


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
        return True
    except RuntimeError:
        return False


def _place(place: Place) -> int:
    return place if isinstance(place, int) else place.id


def _id(message: Optional[MessageID]) -> Optional[int]:
    return message.id if isinstance(message, Message) else message


def _upload(kind: str, file: Union[str, Path, bytes, None]) -> File:
    if file is None:
        return f"{kind}.png", PIXEL
    if isinstance(file, bytes):
        return kind, file
    return Path(file).name, Path(file).read_bytes()
