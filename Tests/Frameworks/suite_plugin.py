"""A pytest plugin: the bots of pyTelegramBotAPI and python-telegram-bot call a server in SIMULATOR_URLS.

Each process of pytest-xdist gets a server of its own.
"""

import os

URL = os.environ["SIMULATOR_URLS"].split()[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])]


def pytest_configure():
    if os.environ["SUITE"] == "pyTelegramBotAPI":
        import telebot.apihelper

        telebot.apihelper.API_URL = URL + "/bot{0}/{1}"
        telebot.apihelper.FILE_URL = URL + "/file/bot{0}/{1}"
        return
    from telegram import Bot
    from telegram.ext import ExtBot

    official = {"https://api.telegram.org/bot": URL + "/bot", "https://api.telegram.org/file/bot": URL + "/file/bot"}
    for kind in (Bot, ExtBot):
        kind.__init__.__defaults__ = moved(kind.__init__.__defaults__, official)
        defaults = kind.__init__.__kwdefaults__ or {}
        kind.__init__.__kwdefaults__ = dict(zip(defaults, moved(defaults.values(), official)))


def moved(defaults, official):
    """The default arguments, with the addresses of the simulator in place of Telegram's."""
    return tuple(official.get(value, value) if isinstance(value, str) else value for value in defaults or ())
