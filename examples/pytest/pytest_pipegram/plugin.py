"""The plugin of pytest: options, fixtures, and the transcript in the report of a failed test."""

from __future__ import annotations

from typing import Any, Generator, Iterator

import pytest

from .asynchronous import AsyncTelegram
from .conversation import Telegram
from .simulator import Simulator, SimulatorError

TIMEOUT = "5"
CONVERSATION = pytest.StashKey[Telegram]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pipegram", "Telegram bots")
    group.addoption("--telegram-timeout", metavar="SECONDS", type=float, help=f"How long to wait for the bot (default: {TIMEOUT})")
    group.addoption("--telegram-program", metavar="FILE", help="pipegram's program (default: the package's own)")
    parser.addini("telegram_timeout", f"How long to wait for the bot, in seconds (default: {TIMEOUT})", default=TIMEOUT)
    parser.addini("telegram_program", "pipegram's program (default: the package's own)", default="")
    parser.addini("telegram_token", "The bot's token (default: 7:secret, and all others are accepted, too)", default="7:secret")
    parser.addini("telegram_args", "Further options of 'pipegram simulator', such as --no-privacy", type="args", default=[])


@pytest.fixture(scope="session")
def telegram_simulator(pytestconfig: pytest.Config) -> Iterator[Simulator]:
    """A simulated Telegram, shared by the tests of this process. Each process of pytest-xdist has its own.

    `telegram_simulator.start(…)` starts a bot for all tests.
    """
    program = pytestconfig.getoption("telegram_program") or pytestconfig.getini("telegram_program")
    try:
        simulator = Simulator(program or None, pytestconfig.getini("telegram_token"), pytestconfig.getini("telegram_args"))
    except SimulatorError as error:
        pytest.fail(f"pytest-pipegram: {error}", pytrace=False)
    yield simulator
    simulator.close()


@pytest.fixture
def telegram(
    telegram_simulator: Simulator, pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Iterator[Telegram]:
    """A simulated Telegram without chats: users, the bot, faults. Afterwards, the test's bots are stopped."""
    given = pytestconfig.getoption("telegram_timeout")
    timeout = float(pytestconfig.getini("telegram_timeout")) if given is None else given
    telegram = request.node.stash[CONVERSATION] = Telegram(telegram_simulator, timeout)
    yield telegram
    telegram.close()


@pytest.fixture
def async_telegram(telegram: Telegram) -> AsyncTelegram:
    """`telegram` for coroutines: its methods are awaited."""
    return AsyncTelegram(telegram)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Adds the conversation to the report of a failed test."""
    outcome = yield
    report = outcome.get_result()
    telegram = item.stash.get(CONVERSATION, None)
    if report.when == "teardown" or not report.failed or not telegram:
        return
    try:
        report.sections.append(("Telegram conversation", telegram.transcript() or "(nothing was said)"))
        report.sections += [(f"output of {name}", output) for name, output in telegram.simulator.bots.outputs()]
    except SimulatorError as error:
        report.sections.append(("Telegram conversation", str(error)))
