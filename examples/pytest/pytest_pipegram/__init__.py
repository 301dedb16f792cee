"""Test Telegram bots of any framework with pytest, against a simulated Telegram.

The fixture ``telegram`` is a :class:`Telegram`, ``async_telegram`` the same for coroutines, and ``telegram_simulator``
the :class:`Simulator` behind them.
"""

from .conversation import Bot, Chat, Message, Telegram, User
from .simulator import Simulator, SimulatorError

__all__ = ["Bot", "Chat", "Message", "Simulator", "SimulatorError", "Telegram", "User"]
