"""The process `pipegram simulator`, and requests to it."""

from __future__ import annotations

import http.client
import json
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.parse
import uuid
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import redirect
from .bots import Bots

#: The Debian packages of the shared libraries that the program needs.
PACKAGES = {
    "libcurl": "libcurl4", "libedit": "libedit2", "libjansson": "libjansson4", "libmicrohttpd": "libmicrohttpd12",
    "libsqlite3": "libsqlite3-0", "libstdc++": "libstdc++6", "libgcc_s": "libgcc-s1",
}

#: The name and the content of a file to upload.
File = Tuple[str, bytes]


class SimulatorError(Exception):
    """The simulator doesn't start, or it rejects a request."""


class Simulator:
    """A simulated Telegram in a process of its own, at :attr:`url`."""

    def __init__(self, program: Optional[str] = None, token: str = "7:secret", args: Sequence[str] = ()) -> None:
        #: The bot's token.
        self.token = token
        self._log = tempfile.TemporaryFile()
        self._process = self._start(program or self._find(), args)
        #: The server's address, such as ``http://127.0.0.1:40555``.
        self.url = self._read_address()
        self._address = urllib.parse.urlsplit(self.url).netloc
        self.bots = Bots(self)
        #: The id of the next new user.
        self.next_user = 1001
        redirect.to(self.url)

    @property
    def base_url(self) -> str:
        """`base_url` of python-telegram-bot."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """`base_file_url` of python-telegram-bot."""
        return f"{self.url}/file/bot"

    @property
    def env(self) -> Dict[str, str]:
        """Environment variables of bots in processes of their own."""
        return {"TELEGRAM_API_URL": self.url, "TELEGRAM_BOT_TOKEN": self.token}

    def start(self, bot: Any, *args: Any, env: Optional[Mapping[str, str]] = None, wait: float = 30, **options: Any) -> Any:
        """Starts a bot that runs until the tests of this process end; see :meth:`Telegram.start`."""
        return self.bots.start(bot, *args, env=env, wait=wait, **options)

    # MARK: requests

    def get(self, path: str, **parameters: Any) -> Any:
        """GET /simulator/PATH. Returns the result."""
        query = urllib.parse.urlencode({name: value for name, value in parameters.items() if value is not None})
        return self._ask("GET", f"/simulator/{path}?{query}")["result"]

    def post(self, path: str, **parameters: Any) -> Any:
        """POST /simulator/PATH with JSON. Returns the result."""
        return self.respond(path, parameters)["result"]

    def delete(self, path: str) -> Any:
        """DELETE /simulator/PATH. Returns the result."""
        return self._ask("DELETE", f"/simulator/{path}")["result"]

    def call(self, method: str, **parameters: Any) -> Any:
        """Calls a method of the Bot API as the bot. Returns the result."""
        return self._ask("POST", f"/bot{self.token}/{method}", *_json(parameters))["result"]

    def respond(self, path: str, parameters: Mapping[str, Any], files: Optional[Mapping[str, File]] = None) -> Any:
        """POST /simulator/PATH. Returns the whole response, with `last`."""
        body = _form(parameters, files) if files else _json(parameters)
        return self._ask("POST", f"/simulator/{path}", *body)

    def download(self, file_id: str) -> bytes:
        """Returns the content of a file by its `file_id`."""
        path = self.call("getFile", file_id=file_id)["file_path"]
        status, content = self._request("GET", f"/file/bot{self.token}/{urllib.parse.quote(path)}")
        if status != 200:
            raise SimulatorError(f"file {file_id}: {content.decode(errors='replace')}")
        return content

    def _ask(self, method: str, path: str, body: Optional[bytes] = None, kind: str = "") -> Any:
        status, content = self._request(method, path, body, kind)
        try:
            response = json.loads(content)
        except ValueError:
            raise SimulatorError(f"{method} {path}: {status} {content[:200]!r}") from None
        if not response.get("ok"):
            raise SimulatorError(f"{path.split('?')[0].split('/')[-1]}: {response.get('description')}")
        return response

    def _request(
        self, method: str, path: str, body: Optional[bytes] = None, kind: str = "") -> Tuple[int, bytes]:
        # http.client ignores the proxies of the environment.
        connection = http.client.HTTPConnection(self._address, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": kind} if kind else {})
            response = connection.getresponse()
            return response.status, response.read()
        except OSError as error:
            raise SimulatorError(f"the simulator at {self.url} doesn't answer: {error}{self._last_words()}") from error
        finally:
            connection.close()

    # MARK: the process

    @staticmethod
    def _find() -> str:
        bundled = Path(__file__).parent / "bin" / "pipegram"
        program = str(bundled) if bundled.exists() else shutil.which("pipegram")
        if not program:
            raise SimulatorError("no pipegram found: install the wheel, or set the option --telegram-program")
        return program

    def _start(self, program: str, args: Sequence[str]) -> subprocess.Popen[str]:
        if not shutil.which(program):
            raise SimulatorError(f"can't start {program}: no executable file")
        command = [program, "simulator", "--listen", "127.0.0.1:0", *args]
        if self.token != "7:secret":
            command += ["--token", self.token]
        # If pytest is killed, the simulator ends, too.
        if shutil.which("setpriv"):
            command = ["setpriv", "--pdeathsig", "TERM", *command]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._log, text=True)

    def _read_address(self) -> str:
        lines: queue.Queue[str] = queue.Queue()
        assert self._process.stdout
        threading.Thread(target=lambda: lines.put(self._process.stdout.readline()), daemon=True).start()  # type: ignore
        try:
            line = lines.get(timeout=30)
        except queue.Empty:
            line = ""
        if not line.startswith("listening on "):
            self.close()
            raise SimulatorError(f"the simulator doesn't start{self._last_words()}")
        return line.split()[-1]

    def _last_words(self) -> str:
        self._log.seek(0)
        text = self._log.read().decode(errors="replace").strip()
        missing = re.search(r"libraries: (\S+?)\.so", text)
        if missing:
            package = PACKAGES.get(missing[1], missing[1])
            return (f": {missing[1]} is missing. On Debian and Ubuntu, run: apt-get install {package} "
                    "(the README of pytest-pipegram has the whole list)")
        if "GLIBC" in text:
            return f": this system's libraries are too old for it: {text.splitlines()[0]}"
        return ": " + "\n".join(text.splitlines()[-5:]) if text else ""

    def close(self) -> None:
        """Stops the bots and the simulator."""
        if hasattr(self, "bots"):
            self.bots.close()
            redirect.undo()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def _json(parameters: Mapping[str, Any]) -> Tuple[bytes, str]:
    given = {name: value for name, value in parameters.items() if value is not None}
    return json.dumps(given).encode(), "application/json"


def _form(parameters: Mapping[str, Any], files: Mapping[str, File]) -> Tuple[bytes, str]:
    boundary = uuid.uuid4().hex
    parts: List[bytes] = []
    for name, value in parameters.items():
        if value is not None:
            text = value if isinstance(value, str) else json.dumps(value)
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode())
    for name, (file, content) in files.items():
        file = re.sub(r'["\r\n]', "_", file)
        head = (f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n")
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
