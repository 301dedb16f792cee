"""Runs a bot's script as `python SCRIPT` does, with the frameworks redirected to $TELEGRAM_API_URL."""

import os
import runpy
import sys

from pytest_pipegram import redirect

if __name__ == "__main__":
    redirect.to(os.environ["TELEGRAM_API_URL"])
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")
