"""The plugin in a pytest of its own."""

import importlib.util
import os
import re
import subprocess

import pytest

BOT = """
    from telebot.async_telebot import AsyncTeleBot
    bot = AsyncTeleBot("7:secret")

    @bot.message_handler(func=lambda message: True)
    async def greet(message):
        await bot.send_message(message.chat.id, "hello")
"""


def test_a_failed_test_shows_the_conversation(pytester):
    pytester.makepyfile(bot=BOT, test_it="""
        from bot import bot

        def test_greets(telegram):
            telegram.start(bot)
            ada = telegram.user("Ada")
            ada.says("/start")
            telegram.bot.says("good morning")
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines([
        ".*AssertionError: the bot didn't say 'good morning'", "E +Instead:", "E +bot to Ada: hello",
        "-+ Telegram conversation -+", "Ada: /start", "bot to Ada: hello"])
    # The traceback ends in the test.
    assert "conversation.py" not in result.stdout.str()


def test_a_failed_fixture_and_a_failed_coroutine_show_the_conversation(pytester):
    pytester.makepyfile("""
        import asyncio
        import pytest

        @pytest.fixture
        def greeted(telegram):
            telegram.user("Ada").says("good morning")
            telegram.bot.says("hello", timeout=0.1)

        def test_fixture(greeted):
            pass

        def test_coroutine(async_telegram):
            async def test():
                ada = await async_telegram.user("Ada")
                await ada.says("good evening")
                await async_telegram.bot.says("hello", timeout=0.1)
            asyncio.run(test())
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines([
        "* Telegram conversation *", "Ada: good morning", "* Telegram conversation *", "Ada: good evening"])


def test_the_last_words_of_a_bot_count(pytester):
    pytester.makepyfile(bot="""
        import json, os, urllib.request

        def call(method, **parameters):
            url = os.environ["TELEGRAM_API_URL"] + "/bot7:secret/" + method
            body = json.dumps(parameters).encode()
            request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
            return json.load(urllib.request.urlopen(request))["result"]

        update = call("getUpdates", timeout=20)[0]
        call("sendMessage", chat_id=update["message"]["chat"]["id"], text="bye")
    """, test_it="""
        def test_it(telegram):
            telegram.start("bot.py")
            telegram.user("Ada").says("end")
            telegram.bot.says("bye")
            while not telegram.simulator.bots.problems():
                pass
            telegram.user("Bob").says("hello?")
            try:
                telegram.bot.says("hello", timeout=60)
            except AssertionError as error:
                assert "bot.py ended with status 0" in str(error)
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    assert result.duration < 50


def test_a_bot_that_crashes_fails_its_test_at_once(pytester):
    pytester.makepyfile(test_it="""
        async def main():
            raise RuntimeError("no database")

        def test_greets(telegram):
            telegram.start(main)
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*main stopped:", "*RuntimeError: no database"])
    assert result.duration < 20


def test_a_script_that_crashes_shows_its_output(pytester):
    pytester.makepyfile(bot="raise SystemExit('no database')", test_it="""
        def test_greets(telegram):
            telegram.start("bot.py")
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["*bot.py ended with status 1", "*no database"])


def test_options(pytester):
    pytester.makeini("""
        [pytest]
        telegram_timeout = 3
        telegram_token = 123456:ABC
        telegram_args = --no-privacy
    """)
    pytester.makepyfile("""
        def test_it(telegram):
            assert telegram.timeout == 0.5
            assert telegram.token == "123456:ABC"
            me = telegram.simulator.call("getMe")
            assert me["id"] == 123456 and me["can_read_all_group_messages"]
    """)
    pytester.runpytest_subprocess("--telegram-timeout", "0.5").assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess("--telegram-program", "/nowhere")
    result.stdout.fnmatch_lines(["pytest-pipegram: can't start /nowhere: no executable file"])


def test_a_missing_library_is_named(pytester):
    program = pytester.path / "pipegram"
    program.write_text("#!/bin/sh\necho 'pipegram: error while loading shared libraries: libmicrohttpd.so.12: "
                       "cannot open shared object file: No such file or directory' >&2\nexit 127\n")
    program.chmod(0o755)
    pytester.makepyfile("def test_it(telegram): pass")
    result = pytester.runpytest_subprocess("--telegram-program", str(program))
    result.stdout.fnmatch_lines(["*libmicrohttpd is missing. On Debian and Ubuntu, run: apt-get install libmicrohttpd12*"])


def test_tests_start_empty(pytester):
    pytester.makepyfile("""
        import pytest

        @pytest.mark.parametrize("run", [1, 2])
        def test_it(telegram, run):
            assert telegram.simulator.get("users") == []
            assert telegram.calls() == telegram.actions() == telegram.simulator.get("faults") == []
            telegram.fault("hang", method="sendPhoto")
            ada = telegram.user("Ada")
            ada.says("hello")
            telegram.simulator.call("sendMessage", chat_id=ada.id, text=str(run))
            telegram.bot.says(str(run))
            assert telegram.simulator.call("getUpdates")[-1]["message"]["text"] == "hello"
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_bots_settings_end_with_its_test(pytester):
    pytester.makepyfile(bot=BOT, test_it="""
        from bot import bot

        def test_one(telegram):
            telegram.start(bot, allowed_updates=["message"])

        def test_two(telegram):
            assert "allowed_updates" not in telegram.simulator.call("getWebhookInfo")
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)


def test_a_bot_for_all_tests(pytester):
    pytester.makepyfile(bot=BOT, test_it="""
        import pytest
        from bot import bot

        @pytest.fixture(scope="session", autouse=True)
        def running(telegram_simulator):
            telegram_simulator.start(bot)

        @pytest.mark.parametrize("run", range(3))
        def test_it(telegram, run):
            telegram.user("Ada").says("hi")
            telegram.bot.says("hello")
            telegram.bot.stays_silent(0.1)
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=3)


def test_twenty_tests_in_parallel_do_not_meet(pytester):
    pytest.importorskip("xdist")
    pytester.makepyfile(bot=BOT.replace('"hello"', "message.text"), test_it="""
        import pytest
        from bot import bot

        @pytest.mark.parametrize("number", range(20))
        def test_it(telegram, number, worker_id):
            telegram.start(bot)
            ada = telegram.user("Ada")
            for step in range(5):
                ada.says(f"{number}.{step}")
                telegram.bot.says(f"{number}.{step}")
            assert len(telegram.actions()) == 5
            assert len(telegram.simulator.get("users")) == 1
            with open(f"{worker_id}.url", "a") as file:
                print(telegram.url, file=file)
    """)
    result = pytester.runpytest_subprocess("-n", "4", "--telegram-timeout", "20")
    result.assert_outcomes(passed=20)
    urls = [set(path.read_text().split()) for path in pytester.path.glob("*.url")]
    assert len(urls) == 4 and len(set.union(*urls)) == 4  # each process has a simulator of its own


def test_simulators_end_with_pytest(pytester):
    pytester.makepyfile("""
        import os

        def test_it(telegram):
            print("simulator", telegram.simulator._process.pid)
            os.kill(os.getpid(), 9)
    """)
    result = pytester.runpytest_subprocess("-s")
    pid = int(re.search(r"simulator (\d+)", result.stdout.str())[1])
    for _ in range(100):
        if not os.path.exists(f"/proc/{pid}") or open(f"/proc/{pid}/stat").read().split()[2] == "Z":
            return
        subprocess.run(["sleep", "0.05"])
    pytest.fail("the simulator still runs")


@pytest.mark.parametrize("plugin", ["pytest_asyncio", "anyio"])
def test_coroutines_do_not_block_the_bots_loop(pytester, plugin):
    if not importlib.util.find_spec(plugin):
        pytest.skip(f"{plugin} isn't installed")
    bot = """
        from aiogram import Dispatcher
        dp = Dispatcher()

        @dp.message()
        async def greet(message):
            await message.answer("hello")
    """
    pytester.makepyfile(bot=bot, test_it=f"""
        import asyncio
        import pytest
        {"import pytest_asyncio" if plugin == "pytest_asyncio" else ""}
        from bot import dp

        pytestmark = pytest.mark.{"asyncio" if plugin == "pytest_asyncio" else "anyio"}

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        @{"pytest_asyncio.fixture" if plugin == "pytest_asyncio" else "pytest.fixture"}
        async def bot(async_telegram):
            async with async_telegram.running(dp):
                yield

        @pytest.mark.parametrize("run", [1, 2])
        async def test_in_the_same_loop(async_telegram, bot, run):
            ada = await async_telegram.user("Ada")
            friends = await async_telegram.group("Friends", ada)
            await ada.says("hi")
            await async_telegram.bot.says("hello", to=ada)
            await ada.says("/hi", to=friends)
            await async_telegram.bot.says("hello", to=friends)

        async def test_in_a_thread(telegram):
            telegram.start(dp)
            telegram.user("Ada").says("hi")
            telegram.bot.says("hello")

        async def test_blocked(telegram, bot):
            telegram.user("Ada").says("hi")
            with pytest.raises(AssertionError, match="async_telegram"):
                telegram.bot.says("hello", timeout=0.2)
    """)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=4)


def test_a_bot_started_otherwise_is_awaited(pytester):
    pytester.makepyfile("""
        import subprocess
        import sys

        import pytest

        BOT = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + '/bot7:secret/getUpdates?timeout=50')"

        def test_no_bot(telegram):
            with pytest.raises(AssertionError, match="no bot asked http.* for updates within 0.1 s"):
                telegram.bot.wait_until_polling(timeout=0.1)

        def test_a_bot(telegram):
            process = subprocess.Popen([sys.executable, "-c", BOT, telegram.url])
            telegram.bot.wait_until_polling(timeout=20)
            telegram.user("Ada").says("hi")
            assert process.wait(20) == 0

        def test_a_webhook(telegram):
            telegram.simulator.call("setWebhook", url="https://example.com")
            telegram.bot.wait_until_polling(timeout=20)
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=3)
