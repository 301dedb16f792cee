#!/usr/bin/env python3
"""Builds the wheel of pytest-pipegram, with the program pipegram inside, and prints its path.

    examples/pytest/make_wheel.py                       builds pipegram, too; needs Swift
    examples/pytest/make_wheel.py --program PROGRAM     takes this program, as examples/deploy/build makes it
    examples/pytest/make_wheel.py --output DIRECTORY    default: examples/pytest/dist

It is also the build backend of pyproject.toml, for `pip wheel examples/pytest`; $PIPEGRAM is the program there.
Needs Python 3.11 and objdump. The wheel's tag names the glibc that the program needs, so pip refuses the wheel on an
older system. The same program and sources give the same bytes.
"""

import argparse
import base64
import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

try:
    import tomllib
except ImportError:
    sys.exit("make_wheel: Python 3.11 or later is needed")

HERE = Path(__file__).resolve().parent
PACKAGE = "pytest_pipegram"
ARCHITECTURES = {"elf64-x86-64": "x86_64", "elf64-littleaarch64": "aarch64"}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517: returns the file name of the wheel."""
    return make(os.environ.get("PIPEGRAM"), Path(wheel_directory)).name


def get_requires_for_build_sdist(config_settings=None):
    return []


def build_sdist(sdist_directory, config_settings=None):
    raise SystemExit("make_wheel: the program is no part of a source archive; build a wheel")


def make(program, directory):
    program = Path(program or build_program())
    tag = f"py3-none-{platform_of(program)}"
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    version = version_of(program)
    base = f"{PACKAGE}-{version}"
    files = {f"{PACKAGE}/{path.relative_to(HERE / PACKAGE)}": path.read_bytes()
             for path in sorted((HERE / PACKAGE).rglob("*")) if path.suffix in (".py", ".pyi", ".typed")}
    files[f"{PACKAGE}/bin/pipegram"] = program.read_bytes()
    information = f"{base}.dist-info"
    files[f"{information}/METADATA"] = metadata(project, version).encode()
    files[f"{information}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: false\nTag: {tag}\n").encode()
    files[f"{information}/entry_points.txt"] = entry_points(project).encode()
    files[f"{information}/RECORD"] = record(files, information).encode()

    directory.mkdir(parents=True, exist_ok=True)
    wheel = directory / f"{base}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            # pip keeps the bit of an executable.
            entry.external_attr = (0o100755 if "/bin/" in name else 0o100644) << 16
            archive.writestr(entry, content)
    return wheel


def build_program():
    built = subprocess.run([HERE.parent / "deploy/build"], stdout=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit("make_wheel: pipegram can't be built; give one with --program")
    return built.stdout.split()[-1]


def platform_of(program):
    """The platform tag: the architecture, and the newest version of glibc that the program uses."""
    if not program.is_file():
        sys.exit(f"make_wheel: no file {program}")
    try:
        dump = subprocess.run(
            ["objdump", "-p", program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    except FileNotFoundError:
        sys.exit("make_wheel: 'objdump' not found: install binutils")
    architecture = re.search(r"file format (\S+)", dump)
    if not architecture or architecture[1] not in ARCHITECTURES:
        sys.exit(f"make_wheel: {program} is no program for Linux on {' or '.join(ARCHITECTURES.values())}")
    if "libswift" in dump:
        sys.exit(f"make_wheel: {program} needs Swift to run; take that of examples/deploy/build")
    versions = [tuple(map(int, version)) for version in re.findall(r"GLIBC_(\d+)\.(\d+)", dump)]
    major, minor = max(versions)
    return f"manylinux_{major}_{minor}_{ARCHITECTURES[architecture[1]]}"


def version_of(program):
    """The version of pipegram is the package's, too."""
    words = subprocess.run([program.resolve(), "--version"], stdout=subprocess.PIPE, text=True).stdout.split()
    if words[:1] != ["pipegram"]:
        sys.exit(f"make_wheel: {program} isn't pipegram, or doesn't run here")
    return words[-1]


def metadata(project, version):
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {version}",
             f"Summary: {project['description']}", f"Keywords: {','.join(project['keywords'])}",
             f"Requires-Python: {project['requires-python']}"]
    lines += [f"Classifier: {classifier}" for classifier in project["classifiers"]]
    lines += [f"Requires-Dist: {requirement}" for requirement in project["dependencies"]]
    lines += ["Description-Content-Type: text/markdown", "", (HERE / "README.md").read_text()]
    return "\n".join(lines)


def entry_points(project):
    return "".join(f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
                   for group, entries in project["entry-points"].items())


def record(files, information):
    def line(name, content):
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        return f"{name},sha256={digest},{len(content)}\n"
    return "".join(line(*file) for file in files.items()) + f"{information}/RECORD,,\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", help="pipegram (default: build it)")
    parser.add_argument("--output", type=Path, default=HERE / "dist", help="directory (default: %(default)s)")
    options = parser.parse_args()
    print(make(options.program, options.output))
