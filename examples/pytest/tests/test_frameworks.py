"""One conversation with bots of each framework, in this process and in one of their own."""

import asyncio
import sys
from pathlib import Path

import pytest

from pytest_pipegram.asynchronous import AsyncTelegram

BOTS = Path(__file__).parent / "bots"
sys.path.insert(0, str(BOTS))


def converse(telegram):
    ada = telegram.user("Ada")
    ada.says("/start")
    telegram.bot.says("Hello, Ada!")

    ada.says("/menu")
    telegram.bot.says("Well?", buttons=["Like"])
    ada.presses("Like")
    telegram.bot.answers("Thanks!")
    telegram.bot.edits("You like it.", buttons=[])

    ada.says("/photo")
    photo = telegram.bot.sends("photo", "Here")
    assert telegram.download(photo) == b"a picture"
    ada.sends("photo", b"12345")
    telegram.bot.says("5 bytes")


def aiogram_dispatcher():
    import aiogram_bot
    return aiogram_bot.dp


def aiogram_main():
    import aiogram_bot
    return aiogram_bot.main


def ptb_application():
    import ptb_bot
    return ptb_bot.build()


def telebot():
    import telebot_bot
    return telebot_bot.bot


def async_telebot():
    import async_telebot_bot
    return async_telebot_bot.bot


# Each one twice: what stays of the first run must not disturb the second.
@pytest.mark.parametrize("run", [1, 2])
@pytest.mark.parametrize("bot", [aiogram_dispatcher, aiogram_main, ptb_application, telebot, async_telebot])
def test_bot_in_this_process(telegram, bot, run):
    telegram.start(bot())
    converse(telegram)


@pytest.mark.parametrize("run", [1, 2])
@pytest.mark.parametrize("bot", [aiogram_dispatcher, ptb_application, async_telebot])
def test_bot_in_the_tests_own_loop(telegram, bot, run):
    async def test():
        asynchronous = AsyncTelegram(telegram)
        async with asynchronous.running(bot()):
            await asyncio.to_thread(converse, telegram)
            ada = await asynchronous.user("Ada")
            await ada.says("/start")
            await asynchronous.bot.says("Hello, Ada!", to=ada)
    asyncio.run(test())


@pytest.mark.parametrize("script", ["aiogram_bot.py", "ptb_bot.py", "telebot_bot.py", "async_telebot_bot.py"])
def test_script_in_a_process_of_its_own(telegram, script):
    telegram.start(BOTS / script, env={"BOT_TOKEN": telegram.token})
    converse(telegram)


def test_aiogram_with_a_bot_of_ones_own(telegram):
    from aiogram import Bot
    from aiogram.client.default import DefaultBotProperties

    telegram.start(aiogram_dispatcher(), Bot("123456:ABC", default=DefaultBotProperties(parse_mode="HTML")))
    ada = telegram.user("Ada")
    ada.says("<b>hi</b>")
    assert telegram.bot.says("hi")["entities"][0]["type"] == "bold"


def test_webhook(telegram, tmp_path):
    (tmp_path / "bot.py").write_text("""
import http.server, json, os, urllib.parse, urllib.request

class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": "posted"}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

server = http.server.HTTPServer(("127.0.0.1", 0), Webhook)
url = urllib.parse.quote(f"http://127.0.0.1:{server.server_port}/")
urllib.request.urlopen(os.environ["TELEGRAM_API_URL"] + "/bot7:secret/setWebhook?url=" + url)
server.serve_forever()
""")
    bot = telegram.start(tmp_path / "bot.py")
    telegram.user("Ada").says("hello")
    telegram.bot.says("posted")
    bot.stop()
    assert telegram.simulator.call("getWebhookInfo")["url"] == ""


def test_command_of_any_language(telegram):
    program = (
        "import json, os, time, urllib.request\n"
        "base = os.environ['TELEGRAM_API_URL'] + '/bot' + os.environ['TELEGRAM_BOT_TOKEN']\n"
        "def call(method, **parameters):\n"
        "    request = urllib.request.Request(base + '/' + method, json.dumps(parameters).encode(),\n"
        "                                     {'Content-Type': 'application/json'})\n"
        "    return json.load(urllib.request.urlopen(request))['result']\n"
        "offset = 0\n"
        "while True:\n"
        "    for update in call('getUpdates', offset=offset, timeout=10):\n"
        "        offset = update['update_id'] + 1\n"
        "        call('sendMessage', chat_id=update['message']['chat']['id'], text='seen')\n")
    telegram.start([sys.executable, "-c", program])
    telegram.user("Ada").says("hello")
    telegram.bot.says("seen")
