"""Runs the tests in the source packages of pyTelegramBotAPI and python-telegram-bot against `pipegram simulator`.

The tests are unedited. Each process of a suite gets a simulator with the chats that the suite's authors have on
Telegram. Exits with 1 and a message if a test fails that isn't in known-failures.txt. Reports a test in this list that
passes. Exits with 0 if PyPI can't be reached.

    suites.py PROGRAM FOLDER        keeps the packages in FOLDER
"""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM, FOLDER = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])


def fail(words):
    sys.exit(f"frameworks: {words}")


class Simulator:
    """A running simulator, with helpers to act as its users."""

    def __init__(self, token, log):
        self.process = subprocess.Popen(
            [PROGRAM, "simulator", "--listen", "127.0.0.1:0", "--token", token], stdout=subprocess.PIPE, stderr=log,
            text=True)
        first = self.process.stdout.readline()
        if not first.startswith("listening on "):
            fail("the simulator didn't start")
        self.url = first.removeprefix("listening on ").strip()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def act(self, user, action, files=None, **parameters):
        """Acts as a user. `files` has the contents of uploads by parameter."""
        boundary = uuid.uuid4().hex
        parts = [(f'name="{name}"', str(value).encode()) for name, value in parameters.items()]
        parts += [(f'name="{name}"; filename="{name}"', content) for name, content in (files or {}).items()]
        body = b"".join(
            f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"
            for head, content in parts) + f"--{boundary}--\r\n".encode()
        request = urllib.request.Request(
            f"{self.url}/simulator/users/{user}/{action}", data=body,
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"})
        try:
            with self.opener.open(request, timeout=60) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            fail(f"{action}: {error.read().decode()}")

    def end(self):
        self.process.terminate()
        self.process.wait()


class Suite:
    """A source package, its chats, and the tests to run.

    `seed` prepares a simulator and returns the variables for the tests. `prepare` completes the unpacked package.
    """

    def __init__(self, name, token, seed, arguments, folder=".", processes=1, prepare=lambda source: None):
        self.name, self.token, self.seed, self.prepare = name, token, seed, prepare
        self.arguments, self.folder, self.processes = arguments, folder, processes

    def start(self, source, logs):
        self.prepare(source)
        self.log = logs / f"{self.name}.log"
        self.report = logs / f"{self.name}.xml"
        log = open(logs / f"{self.name}-simulator.log", "w")
        self.simulators = [Simulator(self.token, log) for _ in range(self.processes)]
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        for simulator in self.simulators:  # Each gives the same ids.
            environment |= self.seed(simulator, self.token)
        environment |= {"SUITE": self.name, "SIMULATOR_URLS": " ".join(one.url for one in self.simulators)}
        environment["PYTHONPATH"] = os.pathsep.join([str(HERE), str(source)])
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "suite_plugin", "--junitxml", self.report, *self.arguments,
             *(["-n", str(self.processes)] if self.processes > 1 else [])],
            cwd=source / self.folder, env=environment, stdout=open(self.log, "w"), stderr=subprocess.STDOUT)

    def finish(self):
        """Waits for the tests. Returns what became of each test: passed, skipped, or the reason of the failure."""
        self.process.wait()
        self.seconds = time.monotonic() - self.began
        for simulator in self.simulators:
            simulator.end()
        if not self.report.exists():
            fail(f"{self.name}: pytest didn't run:\n{self.log.read_text()[-4000:]}")
        outcomes = {}
        for case in xml.etree.ElementTree.parse(self.report).iter("testcase"):
            outcomes[case.get("name")] = outcome(case)
        return outcomes


def outcome(case):
    for result in case:
        if result.tag in ("failure", "error"):
            return (result.get("message") or result.tag).splitlines()[0]
        # A suite's own xfail also hides faults of the server, so it counts as a failure.
        if result.tag == "skipped":
            return result.get("message") if result.get("type") == "pytest.xfail" else "skipped"
    return "passed"

def seed_telebot(simulator, token):
    simulator.act("ada", "start")
    user = simulator.act("ada", "createUser")
    group = simulator.act("ada", "createGroup", title="CI")
    promote(simulator, "ada", group, token)
    simulator.act("grace", "joinChat", chat_id=group["id"])
    return {"TOKEN": token, "CHAT_ID": str(user["id"]), "GROUP_ID": str(group["id"])}


def promote(simulator, user, chat, token):
    """Makes the bot an administrator with all rights that a creator usually gives."""
    simulator.act(user, "promoteChatMember", chat_id=chat["id"], user_id=token.split(":")[0])


def seed_ptb(simulator, token):
    ptb = 675666224  # The test of getUserPersonalChatMessages has this user's id in its code.
    name = "ptb_suite_bot"
    simulator.act(ptb, "createUser", first_name="PTB", last_name="Test user")
    simulator.act(ptb, "setProfilePhoto", {"photo": bytes(5403)})
    simulator.act(ptb, "start")
    group = simulator.act(ptb, "createGroup", title=f">>> telegram.Bot(test) @{name}")
    forum = simulator.act(ptb, "createGroup", title="Forum", is_forum=True)
    for chat in (group, forum):
        promote(simulator, ptb, chat, token)
    channel = simulator.act(ptb, "createChannel", title="Tests", username="ptb_suite_channel")
    second = simulator.act("second_bot", "createUser", is_bot=True, first_name="Second")
    for user in ("second_bot", "ada", 1325859552):
        simulator.act(user, "joinChat", chat_id=channel["id"])
    simulator.act(ptb, "promoteChatMember", chat_id=channel["id"], user_id=second["id"])
    for text in ("one", "two"):
        simulator.act(ptb, "sendMessage", chat_id=channel["id"], text=text)
    simulator.act(ptb, "setPersonalChannel", chat_id=channel["id"])
    paid = simulator.act(ptb, "createChannel", title="Subscriptions")
    simulator.act(
        ptb, "createGame", {"photo": bytes(851), "animation": bytes(4928)}, game_short_name="test_game",
        title="Test game", description="A no-op test game, for python-telegram-bot bot framework testing.")
    bot = {
        "token": token, "payment_provider_token": "284685063:TEST:simulated", "chat_id": str(ptb), "name": "Suite",
        "username": f"@{name}", "super_group_id": str(group["id"]), "forum_group_id": str(forum["id"]),
        "channel_id": f"@{channel['username']}", "subscription_channel_id": paid["id"],
    }
    bots = base64.b64encode(json.dumps([bot]).encode()).decode()
    return {"GITHUB_ACTIONS": "true", "JOB_INDEX": "0", "BOTS": bots, "TEST_WITH_OPT_DEPS": "true"}


def add_missing_files(source):
    """The source package lacks these files; the tests only need some file of that kind."""
    data = source / "tests" / "data"
    for name, other in {"telegram.jpg": "thumb.jpg", "telegram.png": "game.png", "telegram.ogg": "text_file.txt"}.items():
        if not (data / name).exists():
            (data / name).write_bytes((data / other).read_bytes())


SUITES = [
    Suite("pyTelegramBotAPI", "7:telebot", seed_telebot, ["test_telebot.py"], "tests"),
    # Its tests wait for minutes in sum.
    Suite(
        "python-telegram-bot", "8:ptb", seed_ptb, ["tests/test_bot.py", "-k", "WithRequest"], processes=4,
        prepare=add_missing_files),
]


def sources():
    """Downloads and unpacks the packages. Returns the folder of each."""
    folders = {}
    for line in (HERE / "suites.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, version = line.split("==")
        stem = f"{name.lower()}-{version}"
        folder = FOLDER / stem
        if not folder.exists():
            archive = download(line, version)
            with tempfile.TemporaryDirectory(dir=FOLDER) as work:
                tarfile.open(archive).extractall(work, filter="data")
                next(pathlib.Path(work).iterdir()).rename(folder)
        folders[name] = folder
    return folders


def download(package, version):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        done = subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--timeout", "20",
             "--retries", "1", "--no-deps", "--no-binary", ":all:", "-d", work, package],
            capture_output=True, text=True)
        if done.returncode:
            print(f"frameworks: suites skipped: pip download failed: {done.stderr.strip().splitlines()[-1]}")
            sys.exit(0)
        archive = next(pathlib.Path(work).iterdir())
        return shutil.move(archive, FOLDER / archive.name)


def known_failures():
    """The reasons by suite and test."""
    known = {suite.name: {} for suite in SUITES}
    for line in (HERE / "known-failures.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, test, reason = re.fullmatch(r"(\S+) (\S+): (.+)", line).groups()
        known[name][test] = reason
    return known


def report(suite, outcomes, known):
    """Prints a suite's figures. Returns the failures that aren't known."""
    passed = [test for test, how in outcomes.items() if how == "passed"]
    failed = {test: how for test, how in outcomes.items() if how not in ("passed", "skipped")}
    skipped = len(outcomes) - len(passed) - len(failed)
    print(f"frameworks: {suite.name}: {len(passed)} of {len(outcomes)} tests passed, {skipped} skipped by the suite, "
          f"{len(failed)} failed, {suite.seconds:.0f} s")
    for test in known:
        if test not in failed:
            print(f"frameworks: {suite.name}: {test} {'passes' if test in passed else 'is unknown'}: delete it from "
                  "known-failures.txt, unless it fails elsewhere")
    return [f"{suite.name}: {test} failed: {how}" for test, how in failed.items() if test not in known]


def main():
    folders = sources()
    known = known_failures()
    with tempfile.TemporaryDirectory() as logs:
        for suite in SUITES:
            suite.start(folders[suite.name], pathlib.Path(logs))
        failures = [line for suite in SUITES for line in report(suite, suite.finish(), known[suite.name])]
        if failures:
            fail("\nframeworks: ".join(failures))


main()
