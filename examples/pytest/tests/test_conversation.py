"""All that users and bots can do, against a bot without a framework."""

import json
import re

import pytest

from pytest_pipegram import SimulatorError


@pytest.fixture
def call(telegram):
    """Calls a method as the bot; there is no program."""
    return telegram.simulator.call


@pytest.fixture
def ada(telegram):
    ada = telegram.user("Ada", username="ada", language_code="en")
    ada.says("/start")
    return ada


def last_update(telegram):
    return telegram.simulator.call("getUpdates", offset=-1)[0]


def test_users_have_new_ids(telegram):
    ada, bob = telegram.user("Ada"), telegram.user("Bob")
    assert bob.id == ada.id + 1
    assert telegram.user("Eve", id=42).id == 42


def test_texts_and_replies(telegram, call, ada):
    said = ada.says("hello")
    call("sendMessage", chat_id=ada.id, text="world")
    answer = telegram.bot.says(match="wor", to=ada)
    assert answer.text == "world"
    ada.says("why?", reply_to=answer)
    assert last_update(telegram)["message"]["reply_to_message"]["message_id"] == answer.id
    ada.edits(said, "hello!")
    assert last_update(telegram)["edited_message"]["text"] == "hello!"
    assert [message.text for message in ada.messages] == ["/start", "hello!", "world", "why?"]


def test_chats_are_told_apart(telegram, call, ada):
    bob = telegram.user("Bob")
    friends = telegram.group("Friends", ada, bob)
    bob.says("/hello", to=friends)
    call("sendMessage", chat_id=ada.id, text="to Ada")
    call("sendMessage", chat_id=friends.id, text="to all")
    telegram.bot.says("to all", to=friends)
    telegram.bot.says("to Ada")
    bob.leaves(friends)
    bob.joins(friends)
    assert [message.text for message in friends.messages if message.text] == ["/hello", "to all"]


def test_channels(telegram, call, ada):
    news = telegram.channel("News", ada)
    call("sendMessage", chat_id=news.id, text="today")
    telegram.bot.says("today", to=news)


def test_keyboards(telegram, call, ada):
    call("sendMessage", chat_id=ada.id, text="Well?", reply_markup={
        "inline_keyboard": [[{"text": "Yes", "callback_data": "y"}, {"text": "No", "callback_data": "n"}]]})
    message = telegram.bot.says(buttons=[["Yes", "No"]])
    assert ada.presses("No")["data"] == "n"
    query = ada.presses(1, message=message)
    call("answerCallbackQuery", callback_query_id=query["id"], text="Fine", show_alert=True)
    telegram.bot.answers("Fine", show_alert=True)
    call("sendMessage", chat_id=ada.id, text="And?", reply_markup={"keyboard": [["A", {"text": "B"}]]})
    telegram.bot.says("And?", buttons=["A", "B"])
    assert ada.presses("B")["text"] == "B"


def test_edits_deletions_and_pins(telegram, call, ada):
    message = call("sendMessage", chat_id=ada.id, text="one")
    call("editMessageText", chat_id=ada.id, message_id=message["message_id"], text="two")
    call("pinChatMessage", chat_id=ada.id, message_id=message["message_id"])
    call("deleteMessage", chat_id=ada.id, message_id=message["message_id"])
    first = telegram.bot.says("one")
    telegram.bot.edits("two", message=first)
    telegram.bot.pins("two")
    assert telegram.bot.deletes(first) == [first.id]


def test_reactions_and_typing(telegram, call, ada):
    said = ada.says("good news")
    call("sendChatAction", chat_id=ada.id, action="typing")
    call("setMessageReaction", chat_id=ada.id, message_id=said.id, reaction=[{"type": "emoji", "emoji": "👍"}])
    telegram.bot.shows("typing")
    telegram.bot.reacts("👍", to=ada)
    ada.reacts(said, "🔥")


def test_files(telegram, call, ada, tmp_path):
    (tmp_path / "cat.jpg").write_bytes(b"cat")
    for file in (None, b"cat", tmp_path / "cat.jpg", str(tmp_path / "cat.jpg")):
        ada.sends("photo", file, caption="look")
    document = ada.sends("document", tmp_path / "cat.jpg")
    assert document["document"]["file_name"] == "cat.jpg"
    assert telegram.download(document) == b"cat"
    assert telegram.calls() == []  # its own getFile is no call of the bot
    ada.sends("location", latitude=1, longitude=2)
    call("sendDocument", chat_id=ada.id, document=document.file_id, caption="back")
    telegram.bot.sends("document", "back")


def test_polls(telegram, call, ada):
    call("sendPoll", chat_id=ada.id, question="Well?", options=[{"text": "a"}, {"text": "b"}], is_anonymous=False)
    ada.votes(telegram.bot.sends("poll"), 1)
    assert last_update(telegram)["poll_answer"]["option_ids"] == [1]


def test_inline_queries(telegram, call, ada):
    query = ada.queries("cats")
    result = {"type": "article", "id": "1", "title": "Cat", "input_message_content": {"message_text": "meow"}}
    call("answerInlineQuery", inline_query_id=query["id"], results=[result])
    assert telegram.bot.offers()[0]["title"] == "Cat"
    assert ada.chooses("1").text == "meow"


def test_links_and_blocking(telegram, call, ada):
    assert ada.starts("from-web").text == "/start from-web"
    ada.blocks()
    with pytest.raises(SimulatorError, match="blocked by the user"):
        call("sendMessage", chat_id=ada.id, text="hello?")
    ada.unblocks()
    call("sendMessage", chat_id=ada.id, text="hello!")
    telegram.bot.says("hello!")


def test_faults(telegram, call, ada):
    telegram.fault(method="sendMessage", retry_after=3)
    with pytest.raises(SimulatorError, match="Too Many Requests"):
        call("sendMessage", chat_id=ada.id, text="hello")
    telegram.fault("hang", times=9)
    telegram.clear_faults()
    call("sendMessage", chat_id=ada.id, text="hello")
    telegram.bot.says("hello")


def test_raw_access(telegram, call, ada):
    call("setMyCommands", commands=[{"command": "start", "description": "Start"}])
    telegram.bot.does("other", method="setMyCommands")
    assert [found["method"] for found in telegram.calls()] == ["setMyCommands"]
    assert telegram.calls("setMyCommands")[0]["ok"]
    assert [action["kind"] for action in telegram.actions()] == ["other"]
    update = telegram.update({"pre_checkout_query": {"id": "1"}})
    assert last_update(telegram)["update_id"] == update["update_id"]
    assert ada.does("createUser", first_name="Ada L.")["first_name"] == "Ada L."


def test_an_unknown_action_is_rejected_in_words(telegram, ada):
    with pytest.raises(SimulatorError, match="jump"):
        ada.does("jump")


def test_silence_and_skipping(telegram, call, ada):
    telegram.bot.stays_silent(0.1)
    call("sendMessage", chat_id=ada.id, text="one")
    with pytest.raises(AssertionError, match="the bot didn't stay silent:\n  bot to Ada: one"):
        telegram.bot.stays_silent(0.1)
    assert len(telegram.bot.skips()) == 1
    telegram.bot.stays_silent(0.1)


def test_drafts(telegram, call, ada):
    call("sendMessageDraft", chat_id=ada.id, draft_id=1, text="Hel", can_stop=True)
    telegram.bot.drafts("Hel", to=ada, draft_id=1)
    assert ada.stops()["draft_id"] == 1
    assert last_update(telegram)["stopped_message_generation"]["chat"]["id"] == ada.id
    telegram.bot.stays_silent(0.1)
    assert telegram.transcript().split("\n")[1:] == ["bot to Ada, draft: Hel", "Ada presses Stop"]


def test_payments(telegram, call, ada):
    invoice = {"title": "Tea", "description": "Tea", "payload": "tea", "currency": "XTR", "prices": [{"label": "Tea", "amount": 25}]}

    def answer(query, **parameters):
        call("answerPreCheckoutQuery", pre_checkout_query_id=query["id"], **parameters)

    call("sendInvoice", chat_id=ada.id, **invoice)
    message = telegram.bot.sends("invoice", buttons=["Pay ⭐️25"])
    answer(ada.pays(message), ok=False, error_message="Sold out")
    telegram.bot.refuses_payment("Sold out")
    answer(ada.presses(1), ok=True)
    telegram.bot.accepts_payment()
    assert last_update(telegram)["message"]["successful_payment"]["total_amount"] == 25
    answer(ada.pays(call("createInvoiceLink", **invoice)), ok=True)
    assert call("getMyStarBalance") == {"amount": 50}
    with pytest.raises(AssertionError, match="the bot didn't refuse the payment"):
        telegram.bot.refuses_payment()
    assert telegram.transcript().split("\n")[-1] == "bot to Ada, payment accepted"
    call("sendPaidMedia", chat_id=ada.id, star_count=5, media=[{"type": "photo", "media": "http://x.y/z.jpg"}], payload="z")
    telegram.bot.sends("paid_media")
    assert ada.buys()["paid_media_payload"] == "z"


def test_a_failure_says_what_the_bot_did_instead(telegram, call, ada):
    call("sendMessage", chat_id=ada.id, text="bye")
    with pytest.raises(AssertionError) as failure:
        telegram.bot.says("hello", to=ada)
    assert str(failure.value) == "the bot didn't say 'hello' to Ada\nInstead:\n  bot to Ada: bye"
    with pytest.raises(SimulatorError):
        call("sendMessage", chat_id=ada.id, text="")
    with pytest.raises(AssertionError) as failure:
        telegram.bot.edits("hello", timeout=0.1)
    assert str(failure.value).startswith("the bot didn't edit a message: 'hello' within 0.1 s\nInstead:\n")
    assert "rejected: sendMessage: Bad Request: message text is empty" in str(failure.value)


def test_a_bot_that_was_not_started_is_named(telegram, ada):
    with pytest.raises(AssertionError, match="Was it started, with telegram.start or telegram.url?"):
        telegram.bot.says("hello", timeout=0.1)


def test_the_transcript_has_both_sides_in_order(telegram, call, ada):
    call("sendMessage", chat_id=ada.id, text="Well?", reply_markup={
        "inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]})
    query = ada.presses("Yes")
    call("answerCallbackQuery", callback_query_id=query["id"])
    assert telegram.transcript().split("\n") == [
        "Ada: /start", "bot to Ada: Well? [Yes]", "Ada presses Yes", "bot to Ada, answer to the button: (empty)"]


def test_regular_expressions_may_be_compiled(telegram, call, ada):
    call("sendMessage", chat_id=ada.id, text="HELLO")
    telegram.bot.says(match=re.compile("hello", re.I))


def test_rich_messages(telegram, call, ada):
    markdown = "# News\n\nA **bold** word\n\n- one\n- two\n\n|A|B|\n|-|-|\n|c|d|"
    call("sendRichMessage", chat_id=ada.id, rich_message={"markdown": markdown})
    assert telegram.bot.says("News\nA bold word\none\ntwo\nA B\nc d").text.startswith("News")


def test_a_stopped_bot_leaves_no_settings(telegram, call):
    bot = telegram.start(["sleep", "60"], wait=0)
    call("setWebhook", url="http://127.0.0.1:9/", allowed_updates=["message"])
    polls = telegram.simulator.get("bot")["polls"]
    bot.stop()
    state = telegram.simulator.get("bot")
    assert state["url"] == "" and "allowed_updates" not in state
    # Telegram would let a repeated getUpdates wait for 3 s.
    assert state["polls"] == polls


def test_a_complaint_names_what_went_elsewhere_or_was_forgotten(telegram, call, ada):
    bob = telegram.user("Bob")
    call("sendMessage", chat_id=ada.id, text="hi")
    with pytest.raises(AssertionError, match="didn't say 'hi' to Bob within 0 s\nTo others:\n  bot to Ada: hi$"):
        telegram.bot.says("hi", to=bob, timeout=0)
    second = telegram.add_bot("Second")
    telegram.start(["sleep", "60"], wait=0)
    with pytest.raises(AssertionError, match="Was it started, with its token 8:secret"):
        second.says("hi", timeout=0)


def test_the_transcript_has_faults(telegram, call, ada):
    for fault in ("close_before", "close_after"):
        telegram.fault(fault, method="sendMessage")
        with pytest.raises(SimulatorError):
            call("sendMessage", chat_id=ada.id, text="hi")
    assert telegram.transcript().endswith(
        "fault close_before: sendMessage was not carried out\nfault close_after: sendMessage was carried out")


@pytest.mark.parametrize("parameters, words", [
    ({"method": "sendMesage"}, "did you mean sendMessage"), ({"metod": "sendPhoto"}, "unknown parameter 'metod'")])
def test_a_misspelled_fault_is_refused(telegram, parameters, words):
    with pytest.raises(SimulatorError, match=words):
        telegram.fault("error", error_code=400, **parameters)


def test_several_bots(telegram, call, ada):
    second = telegram.add_bot("Second", username="second_bot")
    assert (second.id, second.token) == (8, "8:secret")
    ada.starts(to=second)
    simulator = telegram.simulator

    def call_second(method, **parameters):
        return simulator._ask("POST", f"/bot{second.token}/{method}", json.dumps(parameters).encode(), "application/json")

    call_second("sendMessage", chat_id=ada.id, text="from the second")
    call("sendMessage", chat_id=ada.id, text="from the first")
    telegram.bot.says("from the first")
    second.says("from the second", to=ada)
    assert [message.text for message in telegram.messages(ada, bot=second)] == ["/start", "from the second"]
    friends = telegram.group("Friends", ada)
    ada.adds(second, to=friends)
    ada.says("/x@second_bot", to=friends)
    call_second("sendMessage", chat_id=friends.id, text="y")
    with pytest.raises(AssertionError, match="Second didn't stay silent:\n  Second to Friends: y"):
        second.stays_silent(0)
    telegram.bot.stays_silent(0)
    second.skips()
    with pytest.raises(AssertionError, match="Second didn't say 'z'"):
        second.says("z", timeout=0)
    ada.blocks(second)
    with pytest.raises(SimulatorError, match="blocked"):
        call_second("sendMessage", chat_id=ada.id, text="x")
    with pytest.raises(SimulatorError, match="taken"):
        telegram.add_bot("Third", username="second_bot")
    assert "Second to Ada: from the second" in telegram.transcript()
