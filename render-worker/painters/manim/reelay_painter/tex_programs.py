"""TeX, where the machine has it and the jail shows it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

LATEX = "latex"
# The template of Manim, and a formula that needs the fonts of its packages.
TRIAL = r"""\documentclass[preview]{standalone}
\usepackage[english]{babel}
\usepackage{amsmath}
\usepackage{amssymb}
\begin{document}
\begin{align*}\int_0^1 x^2 \in \mathbb{R}\end{align*}
\end{document}
"""
MAX_NEAR = 120
# Environments of several lines are read as an argument.
PLACE = re.compile(r"(?:<argument>|<recently read>|l\.\d+) (.*)")
MISSING_FILE = re.compile(r"File `[^']*' not found")


def restrict_tex(folder: str) -> None:
    """Settings for every TeX that starts from here on. It reads its own packages, and files below `folder`."""
    os.environ.update(
        {
            "openin_any": "p",
            "openout_any": "p",
            "shell_escape": "f",
            # Absolute paths are refused, except below this folder.
            "TEXMFOUTPUT": folder,
            # Fonts that are missing are not made: that takes programs of their own.
            **{"MKTEXPK": "0", "MKTEXTFM": "0"},
            # Lines of the log are not broken.
            **{"max_print_line": "1000", "error_line": "254", "half_error_line": "238"},
        }
    )


def starts_tex() -> bool:
    """A jail without namespaces shows the names of programs that it does not start."""
    try:
        done = subprocess.run([LATEX, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def try_tex(folder: str) -> str | None:
    """Makes the outlines of a formula as Manim does. Returns why that fails, or None."""
    restrict_tex(folder)
    source = Path(folder, "trial.tex")
    source.write_text(TRIAL)
    latex = [LATEX, "-interaction=batchmode", "-halt-on-error", f"-output-directory={folder}", str(source)]
    outlines = source.with_suffix(".svg")
    convert = ["dvisvgm", "--no-fonts", "--verbosity=0", f"--output={outlines}", f"{folder}/trial.dvi"]
    try:
        if subprocess.run(latex, stdout=subprocess.DEVNULL).returncode != 0:
            return explain_log(source.with_suffix(".log"))
        converted = subprocess.run(convert, capture_output=True, text=True, errors="replace")
    except OSError as error:
        return f"{error.filename} does not start: {error.strerror}"
    return None if outlines.exists() else f"dvisvgm: {converted.stderr.strip() or converted.returncode}"


def explain_log(log: Path) -> str:
    """The first error of TeX, and the text at which it stopped."""
    if not log.exists():
        return "it ended without a log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    first = next((index for index, line in enumerate(lines) if line.startswith("!")), None)
    if first is None:
        return "it ended without an error in its log"
    error = lines[first].removeprefix("!").strip()
    if MISSING_FILE.search(error):
        return f"{error} The TeX of this worker does not include it."
    near = next((text[1] for line in lines[first:] if (text := PLACE.match(line))), "")
    near = near.strip().removeprefix("...").strip()[-MAX_NEAR:]
    return f"{error} Near: {near}" if near else error
