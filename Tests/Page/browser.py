"""A headless Chromium, driven over WebDriver with the standard library."""

import base64
import http.client
import json
import os
import re
import subprocess
import time
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "ArrowUp": "\ue013", "ArrowDown": "\ue015", "Space": " "}


class Browser:
    """Its microphone gives beeps."""

    def __init__(self):
        self.url = f"http://127.0.0.1:{self.start_driver()}"
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
            "--window-size=1360,860", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
        capabilities = {
            "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self.send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.url += f"/session/{answer['sessionId']}"

    def show(self, width=1360, height=860, dark=False):
        """Sets the page's size and colour scheme."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.cdp("Emulation.setEmulatedMedia", features=features)

    def start_driver(self):
        """Returns its port. It ends at once if another program takes the port that it chose."""
        for _ in range(5):
            self.driver = subprocess.Popen(
                ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in self.driver.stdout:
                if found := re.search(r"started successfully on port (\d+)", line):
                    return found[1]
            self.driver.wait()
        raise OSError("chromedriver doesn't start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def send(self, method, path, body=None):
        data = None if method == "DELETE" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if method == "GET":
            request.data = None
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(json.load(error)["value"]["message"]) from None

    def cdp(self, command, **parameters):
        return self.send("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def leave(self):
        """Forgets what the page remembers."""
        self.js("(sessionStorage.clear(), null)")
        self.send("POST", "/url", {"url": "about:blank"})

    def open(self, url):
        self.send("POST", "/url", {"url": url})
        self.wait("document.body?.dataset.ready")

    def js(self, expression, *arguments):
        return self.send("POST", "/execute/sync", {"script": f"return {expression}", "args": list(arguments)})

    def wait(self, condition, *arguments, seconds=30):
        """Waits until a JavaScript expression is true, and returns its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.js(condition, *arguments):
                return value
            time.sleep(0.02)
        raise AssertionError(f"not true within {seconds} s: {condition} {arguments}")

    def find(self, selector, text=None):
        """The last element that fits and has this text, once there is one."""
        script = """((selector, text) => [...document.querySelectorAll(selector)].filter((node) =>
            node.getClientRects().length && (text === null || node.textContent.includes(text))).at(-1))(...arguments)"""
        return self.wait(script, selector, text)[ELEMENT]

    def click(self, selector, text=None):
        self.send("POST", f"/element/{self.find(selector, text)}/click")

    def type(self, selector, text):
        self.send("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys):
        """Presses keys at the element that has the focus."""
        actions = []
        for key in keys:
            for character in [KEYS[key]] if key in KEYS else key:
                actions += [{"type": "keyDown", "value": character}, {"type": "keyUp", "value": character}]
        self.send("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def say(self, text):
        self.type("#text", text + KEYS["Enter"])

    def has(self, text, selector="#messages article"):
        return self.find(selector, text)

    def problems(self):
        """What the page's console has of errors, such as refused scripts."""
        return [entry["message"] for entry in self.send("POST", "/se/log", {"type": "browser"})
                if entry["level"] == "SEVERE"]

    def picture(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.send("GET", "/screenshot")))


class Refusal(Exception):
    """An answer with another status than 200."""

    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


class Simulator:
    """The simulator's control API, and the Bot API."""

    def __init__(self, url, token="7:secret"):
        self.url = url
        self.token = token
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)

    def ask(self, path, parameters=None):
        data = None if parameters is None else json.dumps(parameters).encode()
        self.connection.request("POST" if data else "GET", path, data, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise Refusal(response.status)
        return json.loads(body)["result"]

    def call(self, method, **parameters):
        return self.ask(f"/bot{self.token}/{method}", parameters)

    def act(self, user, action, **parameters):
        return self.ask(f"/simulator/users/{user}/{action}", parameters)

    def upload(self, method, parameters, files):
        """Calls a method with files: (part, name, bytes)."""
        boundary = "a-boundary-of-ours"
        body = b""
        for name, value in parameters.items():
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for part, name, content in files:
            body += f'--{boundary}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n\r\n'.encode()
            body += content + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        request = urllib.request.Request(f"{self.url}/bot{self.token}/{method}", data=body)
        request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)["result"]
