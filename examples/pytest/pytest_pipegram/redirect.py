"""Points aiogram, python-telegram-bot and pyTelegramBotAPI at a simulator, in this process.

Bots that call https://api.telegram.org call the simulator instead, whenever they were created. Bots with another URL
keep it. A framework that is imported later is changed when it is imported.
"""

from __future__ import annotations

import importlib.abc
import os
import sys
from typing import Any, Callable, Dict, List, Optional

TELEGRAM = "https://api.telegram.org"

_url: Optional[str] = None
_undo: List[Callable[[], None]] = []


def to(url: str) -> None:
    """Redirects calls to this URL, until `undo`."""
    global _url
    undo()
    _url = url
    _bypass_proxies()
    sys.meta_path.insert(0, _finder)
    for name, change in _CHANGES.items():
        if name in sys.modules:
            change(sys.modules[name])


def undo() -> None:
    """Ends the redirection."""
    global _url
    _url = None
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    while _undo:
        _undo.pop()()


def _bypass_proxies() -> None:
    """httpx and requests use the environment's proxies, also for this machine's own addresses."""
    for name in ("no_proxy", "NO_PROXY"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        if "127.0.0.1" not in hosts:
            os.environ[name] = ",".join([*hosts, "127.0.0.1"])


def _replace(module: Any, name: str, value: Any) -> None:
    old = getattr(module, name)
    # A frozen dataclass has no other way.
    object.__setattr__(module, name, value) if not isinstance(module, type) else setattr(module, name, value)
    _undo.append(lambda: object.__setattr__(module, name, old) if not isinstance(module, type)
                 else setattr(module, name, old))


def _aiogram(module: Any) -> None:
    _replace(module.PRODUCTION, "base", f"{_url}/bot{{token}}/{{method}}")
    _replace(module.PRODUCTION, "file", f"{_url}/file/bot{{token}}/{{path}}")


def _telebot(module: Any) -> None:
    for name, default, url in (
        ("API_URL", f"{TELEGRAM}/bot{{0}}/{{1}}", f"{_url}/bot{{0}}/{{1}}"),
        ("FILE_URL", f"{TELEGRAM}/file/bot{{0}}/{{1}}", f"{_url}/file/bot{{0}}/{{1}}"),
    ):
        if getattr(module, name) in (None, default):
            _replace(module, name, url)


def _python_telegram_bot(module: Any) -> None:
    original = module.HTTPXRequest.do_request

    async def do_request(self: Any, url: str, *args: Any, **options: Any) -> Any:
        if _url and url.startswith(f"{TELEGRAM}/"):
            url = _url + url[len(TELEGRAM):]
        return await original(self, url, *args, **options)

    _replace(module.HTTPXRequest, "do_request", do_request)


_CHANGES: Dict[str, Callable[[Any], None]] = {
    "aiogram.client.telegram": _aiogram,
    "telebot.apihelper": _telebot,
    "telebot.asyncio_helper": _telebot,
    "telegram.request._httpxrequest": _python_telegram_bot,
}


class _Finder(importlib.abc.MetaPathFinder):
    """Changes modules right after they are imported."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _CHANGES:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target) if finder is not self else None
            if spec and spec.loader:
                self._follow(spec.loader, _CHANGES[name])
                return spec
        return None

    @staticmethod
    def _follow(loader: Any, change: Callable[[Any], None]) -> None:
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            if _url:
                change(module)

        loader.exec_module = exec_module


_finder = _Finder()
