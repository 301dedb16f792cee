"""A pseudo-terminal with a screen: the subset of a VT100 that pipegram's output needs."""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

SEQUENCE = re.compile(
    "\x1b\\[(?P<parameters>[0-9;?]*)(?P<final>[@-~])"  # CSI
    "|\x1b[_P^\\]](?:[^\x1b\x07]|\x1b(?!\\\\))*(?:\x1b\\\\|\x07)"  # APC, DCS, OSC
    "|\x1b[()][A-Z0-9]|\x1b[=>78cM]")
INCOMPLETE = re.compile("\x1b(?:\\[[0-9;?]*|[_P^\\]](?:[^\x1b\x07]|\x1b(?!\\\\))*\x1b?|[()])?$")


class Screen:
    """Rows of cells; a cell is a character and the set of its styles: 'bold', 'dim', '31' …"""

    def __init__(self, columns):
        self.columns, self.rows, self.row, self.column = columns, [[]], 0, 0
        self.style, self.rest = frozenset(), ""

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        index = 0
        while index < len(text):
            if text[index] == "\x1b":
                match = SEQUENCE.match(text, index)
                if match:
                    self.control(match["final"], match["parameters"] or "")
                    index = match.end()
                    continue
                if INCOMPLETE.match(text, index):
                    self.rest = text[index:]
                    return
            else:
                self.put(text[index])
            index += 1

    def put(self, character):
        if character == "\n":
            self.row += 1
            if self.row == len(self.rows):
                self.rows.append([])
        elif character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character >= " ":
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if self.column + width > self.columns:
                self.put("\r"), self.put("\n")
            cells = self.rows[self.row]
            cells += [(" ", frozenset())] * (self.column + width - len(cells))
            cells[self.column] = (character, self.style)
            if width == 2:
                cells[self.column + 1] = ("", self.style)
            self.column += width

    def control(self, final, parameters):
        numbers = [int(number) for number in parameters.split(";") if number.isdigit()]
        count = max(1, numbers[0]) if numbers else 1
        if final == "m":
            self.styled(numbers or [0])
        elif final == "K":
            del self.rows[self.row][self.column:]
        elif final == "J":
            del self.rows[self.row][self.column:], self.rows[self.row + 1:]
        elif final == "A":
            self.row = max(0, self.row - count)
        elif final == "B":
            self.row = min(len(self.rows) - 1, self.row + count)
        elif final == "C":
            self.column += count
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "G":
            self.column = count - 1

    def styled(self, numbers):
        names = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike"}
        for number in numbers:
            if number == 0:
                self.style = frozenset()
            elif number in names:
                self.style |= {names[number]}
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self.style = frozenset(style for style in self.style if not style.isdigit()) | {str(number)}
            elif number == 39:
                self.style = frozenset(style for style in self.style if not style.isdigit())
            elif number == 22:
                self.style -= {"bold", "dim"}
            elif number - 20 in names:
                self.style -= {names[number - 20]}

    def line(self, row):
        return "".join(character for character, _ in self.rows[row])

    def lines(self):
        """The screen's lines, without trailing spaces and trailing blank lines."""
        lines = [self.line(row).rstrip() for row in range(len(self.rows))]
        while lines and not lines[-1]:
            lines.pop()
        return lines


class Terminal:
    """A program in its own pseudo-terminal."""

    def __init__(self, arguments, environment, directory, columns=500):
        self.screen, self.status = Screen(columns), None
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 500, columns, 0, 0))
            os.chdir(directory)
            os.execvpe(arguments[0], arguments, environment)

    def read(self, seconds):
        """Reads output for up to this time and shows it. Returns whether there was any."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        if not data:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.screen.feed(self.decoder.decode(data))
        return bool(data)

    def until(self, condition, seconds=60):
        """Waits until the condition holds on a quiet screen. False after the timeout, or if the program exits first."""
        deadline = time.monotonic() + seconds
        while self.status is None and time.monotonic() < deadline:
            if not self.read(0.1) and self.status is None and condition():
                return True
        return self.status is not None and condition()

    def type(self, text):
        os.write(self.master, text.encode())

    def close(self):
        if self.status is None:
            os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
