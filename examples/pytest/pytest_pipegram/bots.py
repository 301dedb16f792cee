"""Bots under test: starts and stops them, and finds out if they fail."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Coroutine, Dict, List, Mapping, Optional, Set, Tuple

if TYPE_CHECKING:
    from .simulator import Simulator

#: The numbers of getUpdates and of setWebhook up to now.
Mark = Tuple[int, int]


class RunningBot:
    """A bot that was started. :meth:`stop` ends it before its test does."""

    def __init__(self, name: str, bots: Bots) -> None:
        self.name = name
        self._bots = bots

    def stop(self) -> None:
        """Stops the bot and waits for its end."""
        self._bots.stop(self)

    def problem(self) -> Optional[str]:
        """Why the bot doesn't run any more; None if it runs."""
        raise NotImplementedError

    def output(self) -> str:
        """What the bot wrote to stdout and stderr, if it is a process."""
        return ""

    def _end(self) -> None:
        raise NotImplementedError


class _Process(RunningBot):
    def __init__(self, command: List[str], env: Mapping[str, str], bots: Bots) -> None:
        super().__init__(" ".join(command[-2:]), bots)
        self._file = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command, env={**os.environ, **env}, stdin=subprocess.DEVNULL, stdout=self._file, stderr=subprocess.STDOUT,
            start_new_session=True)

    def problem(self) -> Optional[str]:
        status = self._process.poll()
        return None if status is None else f"{self.name} ended with status {status}"

    def output(self) -> str:
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, size - 20_000))
        return self._file.read().decode(errors="replace")

    def _end(self) -> None:
        # The whole group, so that a bot's own children end with it.
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, kind)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)


class _Task(RunningBot):
    """A bot in an event loop in a thread of ours."""

    def __init__(self, name: str, coroutine: Coroutine[Any, Any, Any], loop: _Loop, bots: Bots) -> None:
        super().__init__(name, bots)
        self._loop = loop
        self._task = loop.start(coroutine)

    def problem(self) -> Optional[str]:
        return ending(self.name, self._task)

    def _end(self) -> None:
        self._loop.stop(self._task)


class _Thread(RunningBot):
    """A bot that blocks its thread: pyTelegramBotAPI's TeleBot."""

    def __init__(self, name: str, run: Callable[[], Any], stop: Callable[[], Any], bots: Bots) -> None:
        super().__init__(name, bots)
        self._stop, self._error, self._run = stop, "", run
        self._thread = threading.Thread(target=self._work, name="bot", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._run()
        except BaseException as error:
            self._error = "".join(traceback.format_exception(type(error), error, error.__traceback__))

    def problem(self) -> Optional[str]:
        return None if self._thread.is_alive() else f"{self.name} stopped:\n{self._error}".rstrip(":\n")

    def _end(self) -> None:
        self._stop()
        self._thread.join(5)


def ending(name: str, task: asyncio.Task[Any]) -> Optional[str]:
    """Why a task doesn't run any more; None if it runs."""
    if not task.done():
        return None
    if task.cancelled():
        return f"{name} was cancelled"
    error = task.exception()
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__)) if error else ""
    return f"{name} stopped:\n{text}".rstrip(":\n")


class _SignalFreeLoop(asyncio.SelectorEventLoop):
    """Frameworks handle SIGINT and SIGTERM, which only a process's first thread can do. Here the test ends the bot."""

    def add_signal_handler(self, *args: Any) -> None:  # type: ignore[override]
        pass

    def remove_signal_handler(self, *args: Any) -> bool:
        return True


class _Loop:
    """An event loop in a thread. All bots of a process share it, because objects at the top of a bot's module, such as
    an aiogram `Bot`, stay bound to one loop."""

    def __init__(self) -> None:
        self._loop = _SignalFreeLoop()
        self._bots: Set[asyncio.Task[Any]] = set()
        self._thread = threading.Thread(target=self._run, name="bots", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        return asyncio.run_coroutine_threadsafe(self._start(coroutine), self._loop).result(30)

    async def _start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(coroutine)
        self._bots.add(task)
        return task

    def stop(self, task: asyncio.Task[Any]) -> None:
        with suppress(TimeoutError, asyncio.TimeoutError):
            asyncio.run_coroutine_threadsafe(self._stop(task), self._loop).result(20)

    async def _stop(self, task: asyncio.Task[Any]) -> None:
        await end(task)
        self._bots.discard(task)
        if not self._bots:
            # Handlers that the bot left behind would act in the next test.
            rest = asyncio.all_tasks() - {asyncio.current_task()}
            for task in rest:
                task.cancel()
            if rest:
                await asyncio.wait(rest, timeout=5)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()


async def end(task: asyncio.Task[Any]) -> None:
    """Cancels a task and waits for its end. Its error, if any, was for `problem`."""
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    if task.done() and not task.cancelled():
        task.exception()


class Bots:
    """The bots of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._loop: Optional[_Loop] = None
        self._running: List[RunningBot] = []
        self._watched: Dict[asyncio.Task[Any], str] = {}

    def start(
        self, bot: Any, *args: Any, env: Optional[Mapping[str, str]], wait: float, **options: Any) -> RunningBot:
        mark = self.mark()
        running = self._make(bot, args, env or {}, options)
        self._running.append(running)
        try:
            self.wait(mark, wait, running.name, running.problem)
        except BotError as error:
            output = running.output()
            self.stop(running)
            raise BotError(f"{error}\n{output}".rstrip()) from None
        return running

    def stop(self, bot: RunningBot) -> None:
        if bot not in self._running:
            return
        self._running.remove(bot)
        bot._end()
        self.forget()

    def forget(self) -> None:
        """Forgets what the last bot left at Telegram beside the chats: its webhook and its `allowed_updates`."""
        if not self.count:
            # A getUpdates would do that, too, but repeating the bot's last one takes 3 s.
            self._simulator.call("setWebhook", url="http://127.0.0.1:9/", allowed_updates=[])
            self._simulator.call("deleteWebhook")

    def since(self, count: int) -> List[RunningBot]:
        return self._running[count:]

    @property
    def count(self) -> int:
        return len(self._running) + len(self._watched)

    def watch(self, name: str, task: asyncio.Task[Any]) -> None:
        """Includes a bot in a test's own event loop."""
        self._watched[task] = name

    def unwatch(self, task: asyncio.Task[Any]) -> None:
        del self._watched[task]

    def problems(self) -> List[str]:
        """Why bots that should run don't."""
        found = [bot.problem() for bot in self._running]
        found += [ending(name, task) for task, name in self._watched.items()]
        return [problem for problem in found if problem]

    def outputs(self) -> List[Tuple[str, str]]:
        return [(bot.name, bot.output()) for bot in self._running if bot.output()]

    def close(self) -> None:
        for bot in reversed(list(self._running)):
            self.stop(bot)
        if self._loop:
            self._loop.close()

    # MARK: waiting for the start

    def mark(self) -> Mark:
        """Prepares for :meth:`wait`. A bot that drops pending updates would drop a user's message that comes before."""
        polls = sum(self._simulator.get("bot", bot=bot["id"])["polls"] for bot in self._simulator.get("bots"))
        return polls, len(self._simulator.get("calls", method="setWebhook"))

    def wait(self, mark: Mark, seconds: float, name: str, problem: Callable[[], Optional[str]]) -> None:
        """Waits until the bot asks for updates, or sets a webhook."""
        deadline = time.monotonic() + seconds
        while seconds and self.mark() == mark:
            words = problem()
            if words:
                raise BotError(words)
            if time.monotonic() > deadline:
                raise BotError(
                    f"{name} didn't ask {self._simulator.url} for updates within {seconds:g} s. Does it use this URL?")
            time.sleep(0.02)

    # MARK: kinds of bots

    def _make(self, bot: Any, args: Any, env: Mapping[str, str], options: Dict[str, Any]) -> RunningBot:
        if isinstance(bot, (str, Path)):
            return self._process([sys.executable, "-m", "pytest_pipegram.script", str(bot), *args], env, options)
        if isinstance(bot, (list, tuple)):
            return self._process([str(word) for word in bot], env, options)
        if framework(bot) == "telebot":
            return self._thread(bot, args, options)
        self._loop = self._loop or _Loop()
        return _Task(name(bot), coroutine(bot, self._simulator.token, args, options), self._loop, self)

    def _process(self, command: List[str], env: Mapping[str, str], options: Dict[str, Any]) -> RunningBot:
        if options:
            raise TypeError(f"a process takes no {', '.join(options)}; use env=")
        return _Process(command, {"PYTHONUNBUFFERED": "1", **self._simulator.env, **env}, self)

    def _thread(self, bot: Any, args: Any, options: Dict[str, Any]) -> RunningBot:
        def stop() -> None:
            bot.stop_polling()
            # The bot sees that only after its getUpdates has ended.
            for each in self._simulator.get("bots"):
                self._simulator.post("updates", bot=each["id"], pipegram_stop={})
        return _Thread(name(bot), lambda: bot.polling(*args, **{"non_stop": True, **options}), stop, self)


class BotError(AssertionError):
    """A bot doesn't start."""


# MARK: frameworks, known by name, so that none is imported

def framework(bot: Any) -> str:
    """`aiogram`, `telegram`, `telebot`, `telebot.async`, `main` for a coroutine function, or nothing."""
    for kind in type(bot).__mro__:
        module = kind.__module__.split(".")
        if (module[0], kind.__name__) in (("aiogram", "Dispatcher"), ("telegram", "Application")):
            return module[0]
        if (module[0], kind.__name__) in (("telebot", "TeleBot"), ("telebot", "AsyncTeleBot")):
            return "telebot.async" if kind.__name__ == "AsyncTeleBot" else "telebot"
    return "main" if inspect.iscoroutinefunction(bot) else ""


def name(bot: Any) -> str:
    return getattr(bot, "__qualname__", None) or f"the {type(bot).__name__}"


def coroutine(bot: Any, token: str, args: Any, options: Dict[str, Any]) -> Coroutine[Any, Any, Any]:
    """A coroutine that runs the bot until it is cancelled."""
    kind = framework(bot)
    if kind == "aiogram":
        return _run_aiogram(bot, token, args, options)
    if kind == "telegram":
        return _run_application(bot, options)
    if kind == "telebot.async":
        return bot.polling(*args, **{"non_stop": True, **options})  # type: ignore[no-any-return]
    if kind == "main":
        return bot(*args, **options)  # type: ignore[no-any-return]
    raise TypeError(
        f"can't start {bot!r}: give a Dispatcher, an Application, a TeleBot, a coroutine function, "
        "the path of a script, or a command as a list")


async def _run_aiogram(dispatcher: Any, token: str, bots: Any, options: Dict[str, Any]) -> None:
    if not bots:
        from aiogram import Bot
        bots = (Bot(token),)
    # The dispatcher keeps events of its last run, which may have been in another loop.
    for event in ("_stop_signal", "_stopped_signal"):
        if hasattr(dispatcher, event):
            setattr(dispatcher, event, None)
    polling = asyncio.ensure_future(dispatcher.start_polling(*bots, **{"handle_signals": False, **options}))
    try:
        await asyncio.shield(polling)
    except asyncio.CancelledError:
        # A cancelled start_polling would leave its tasks behind.
        with suppress(RuntimeError):
            await dispatcher.stop_polling()
        polling.cancel()
        raise


async def _run_application(application: Any, options: Dict[str, Any]) -> None:
    """As Application.run_polling does in a loop of its own."""
    await application.initialize()
    try:
        await _call(application.post_init, application)
        await application.updater.start_polling(**options)
        await application.start()
        await asyncio.Event().wait()
    finally:
        if application.updater.running:
            await application.updater.stop()
        if application.running:
            await application.stop()
            await _call(application.post_stop, application)
        await application.shutdown()
        await _call(application.post_shutdown, application)


async def _call(hook: Any, application: Any) -> None:
    if hook:
        await hook(application)
