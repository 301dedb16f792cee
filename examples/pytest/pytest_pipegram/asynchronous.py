"""The same conversation for coroutines: no method blocks the event loop, in which the bot may run, too."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator

from . import bots
from .conversation import Bot, Chat, Telegram, User


class Async:
    """Any object of the conversation; its methods are awaited, and run in a thread."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def __repr__(self) -> str:
        return f"<async {self._plain!r}>"

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._plain, name)
        if not callable(value):
            return _wrapped(value)

        async def method(*args: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            args = tuple(_plain(argument) for argument in args)
            options = {key: _plain(option) for key, option in options.items()}
            return _wrapped(await asyncio.to_thread(value, *args, **options))

        method.__name__, method.__doc__ = name, value.__doc__
        return method


class AsyncTelegram(Async):
    """A :class:`Telegram` whose methods are awaited, as are those of its users and bot."""

    _plain: Telegram

    @asynccontextmanager
    async def running(self, bot: Any, *args: Any, wait: float = 30, **options: Any) -> AsyncIterator[None]:
        """Runs a bot in this event loop; see :meth:`Telegram.start` for the parameters.

        `start` is for bots in a thread or process of their own.
        """
        simulator = self._plain.simulator
        mark = await asyncio.to_thread(simulator.bots.mark)
        name = bots.name(bot)
        task = asyncio.ensure_future(bots.coroutine(bot, simulator.token, args, options))
        simulator.bots.watch(name, task)
        try:
            await asyncio.to_thread(simulator.bots.wait, mark, wait, name, lambda: bots.ending(name, task))
            yield
        finally:
            simulator.bots.unwatch(task)
            await bots.end(task)
            await asyncio.to_thread(simulator.bots.forget)


def _wrapped(value: Any) -> Any:
    return Async(value) if isinstance(value, (User, Chat, Bot)) else value


def _plain(value: Any) -> Any:
    return value._plain if isinstance(value, Async) else value
