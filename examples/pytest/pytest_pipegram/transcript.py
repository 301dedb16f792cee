"""A conversation as text, for the report of a failed test."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Sequence, Tuple

Action = Dict[str, Any]


def transcript(
    acts: Sequence[Tuple[int, str]], actions: Sequence[Action], calls: Sequence[Mapping[str, Any]],
    names: Mapping[int, str]) -> str:
    """One line per act of a user or the bot.

    :param acts: what users did, each with the number of the bot's last action before it
    """
    entries = [(last, 1, words) for last, words in acts]
    entries += [(action["id"], 0, line(action, names)) for action in actions]
    # The sort is stable, so acts after the same action keep their order.
    lines = [words for _, _, words in sorted(entries, key=lambda entry: entry[:2])]
    return "\n".join([*lines, *rejections(calls)])


def rejections(calls: Sequence[Mapping[str, Any]]) -> List[str]:
    """One line for each call of the bot that Telegram rejected, or that met a fault."""
    return [_problem(call) for call in calls if not call.get("ok", False) or "fault" in call]


def _problem(call: Mapping[str, Any]) -> str:
    if "description" in call:
        return f"rejected: {call['method']}: {call['description']}"
    if "fault" not in call:
        return f"rejected: {call['method']}: no answer"
    return f"fault {call['fault']}: {call['method']} was {'' if call.get('ok') else 'not '}carried out"


def line(action: Action, names: Mapping[int, str]) -> str:
    """An action in one line, such as `bot to Ada: hello [Like]`."""
    name = names.get(int(action.get("chat_id") or action.get("user_id") or 0))
    bot = names.get(action["bot"], "bot")
    return f"{bot} to {name}{_words(action)}" if name else f"{bot}{_words(action)}"


def text_of(action: Action) -> str:
    """The text that an expectation compares: of a message, an answer, a reaction or a chat action."""
    kind = action["kind"]
    if kind == "action":
        return str(action["action"])
    if kind == "reaction":
        return "".join(str(reaction.get("emoji", "")) for reaction in parsed(action["reaction"]))
    content = action.get("message") or action.get("answer") or action
    return text_in(content, content.get("error_message", ""))


def text_in(message: Mapping[str, Any], otherwise: Any = "") -> str:
    """The text, the caption, or the words of a rich message, with a line for each block, item and row."""
    if "rich_message" in message:
        return _lines(parsed(message["rich_message"]).get("blocks", []))
    return str(message.get("text", message.get("caption", otherwise)))


def _lines(blocks: Any) -> str:
    return "\n".join(filter(None, map(_block, blocks)))


def _block(block: Mapping[str, Any]) -> str:
    parts = [_rich(block[key]) for key in ("summary", "text", "expression") if key in block]
    parts.append(_lines(block.get("blocks", [])))
    parts += [_lines(item["blocks"]) for item in block.get("items", [])]
    parts += [" ".join(_rich(cell.get("text", "")) for cell in row) for row in block.get("cells", [])]
    parts.append(" ".join(f"[{_rich(button['text'])}]" for button in block.get("buttons", [])))
    caption = block.get("caption", "")
    parts.append(_rich(caption["text"] if isinstance(caption, dict) and "text" in caption else caption))
    return "\n".join(filter(None, parts))


def _rich(text: Any) -> str:
    if isinstance(text, str):
        return text
    if isinstance(text, list):
        return "".join(map(_rich, text))
    return _rich(text.get("text", text.get("alternative_text", text.get("expression", ""))))


def parsed(value: Any) -> Any:
    """A parameter of a call may be JSON in a string."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _words(action: Action) -> str:
    kind = action["kind"]
    if kind == "message":
        return f": {_content(action['message'])}"
    if kind in ("edited", "pinned"):
        return f", {kind}: {_content(action['message'])}"
    if kind == "deleted":
        return f", deleted: {', '.join(map(str, action['message_ids']))}"
    if kind == "callback_answer":
        return f", answer to the button: {text_of(action) or '(empty)'}"
    if kind == "checkout_answer":
        return ", payment accepted" if parsed(action["answer"].get("ok")) is True else f", payment refused: {text_of(action)}"
    if kind in ("reaction", "action", "draft"):
        return f", {kind}: {text_of(action)}"
    if kind == "other":
        return f", {action['method']}: {json.dumps(action['parameters'], ensure_ascii=False)}"
    return f", {kind}: {json.dumps(action.get('answer', {}), ensure_ascii=False)}"



def _content(message: Mapping[str, Any]) -> str:
    kinds = [name for name in message if name in _KINDS]
    words = [f"({kind})" for kind in kinds[:1]]
    text = text_in(message)
    if text:
        words.append(text)
    markup = message.get("reply_markup", {})
    for row in markup.get("inline_keyboard") or markup.get("keyboard") or []:
        words += [f"[{button if isinstance(button, str) else button['text']}]" for button in row]
    return " ".join(words) or json.dumps(message, ensure_ascii=False)


_KINDS = {
    "photo", "document", "voice", "audio", "video", "animation", "sticker", "video_note", "location", "venue", "contact",
    "poll", "dice", "invoice", "paid_media", "game", "story", "checklist", "rich_message",
}
