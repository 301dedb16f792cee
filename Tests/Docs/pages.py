"""Reads the fenced blocks of Markdown pages, and defines the paths for their tests."""
import os
import re

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("PIPEGRAM") or f"{PROJECT}/.build/debug/pipegram"
PAGES = ["README.md", "docs/guide.md"]


class Block:
    """A fenced block: its line number in the page, the words after the fence, its text, and the comments between
    the previous block and this one, such as `<!-- bot: … -->`."""

    def __init__(self, line, words, text, comments):
        self.line, self.words, self.text, self.comments = line, words, text, comments

    @property
    def language(self):
        return self.words[0] if self.words else ""

    @property
    def file(self):
        """The name of the file in the block, as in ```python bot.py."""
        return next((word for word in self.words[1:] if "=" not in word), None)

    @property
    def setup(self):
        """The name of a set-up block, as in ```sh setup=test."""
        return next((word.removeprefix("setup=") for word in self.words if word.startswith("setup=")), None)


def read(page):
    with open(f"{PROJECT}/{page}", encoding="utf-8") as file:
        return file.read()


def blocks(page):
    out, comments = [], []
    lines = iter(enumerate(read(page).split("\n"), 1))
    for number, line in lines:
        comments += re.findall(r"<!-- (\w+): (.*?) -->", line)
        if line.startswith("```"):
            text = []
            for _, inside in lines:
                if inside.startswith("```"):
                    break
                text.append(inside)
            out.append(Block(number, line[3:].split(), "\n".join(text) + "\n", comments))
            comments = []
    return out
