"""The code of README.md."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


def block(words):
    """The only block with these words."""
    [found] = [text for text in BLOCKS if words in text]
    return found


def test_the_first_test(pytester):
    (pytester.path / "bot.py").write_text(block("await dp.start_polling"))
    (pytester.path / "test_bot.py").write_text(block("telegram.start(bot.dp)\n    ada"))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_coroutines(pytester):
    pytest.importorskip("pytest_asyncio")
    (pytester.path / "bot.py").write_text(block("await dp.start_polling"))
    (pytester.path / "test_bot.py").write_text(
        "import bot\nimport pytest\nimport pytest_asyncio\n" + block("async_telegram.running"))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize("words, bot", [
    ("build_application()", """
        from telegram.ext import Application, CommandHandler

        def build_application():
            application = Application.builder().token("7:secret").build()
            application.add_handler(CommandHandler("start", start))
            return application

        async def start(update, context):
            await update.message.reply_text("hello")
    """),
    ("from bot import bot", """
        import telebot
        bot = telebot.TeleBot("7:secret")

        @bot.message_handler(commands=["start"])
        def start(message):
            bot.send_message(message.chat.id, "hello")
    """),
])
def test_other_frameworks(pytester, words, bot):
    pytester.makepyfile(bot=bot)
    (pytester.path / "test_bot.py").write_text(block(words))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_several_bots(pytester):
    code = block("await dp.start_polling")
    (pytester.path / "bot.py").write_text(code)
    (pytester.path / "other.py").write_text(code.replace('"hello"', '"I am the second"'))
    (pytester.path / "test_bot.py").write_text(
        "import bot\nimport other\nfrom aiogram import Bot\n\n\n" + block("telegram.add_bot"))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
