"""Why a script cannot be drawn, in its author's terms."""

from __future__ import annotations

import difflib
import errno
import os
import traceback
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

MAX_MESSAGE = 2_000
MAX_TRACEBACK = 15_000
# Frames of a traceback that are kept at either end; an endless recursion has a thousand.
MAX_FRAMES = 12

TEX_PROGRAMS = {"latex", "pdflatex", "xelatex", "lualatex", "luatex", "dvisvgm"}
NETWORK = {"socket", "http", "urllib", "ftplib", "smtplib", "ssl"}
NO_NETWORK = (
    ". There is no network where scripts run: write the data into the script, or add it as a material."
)
HIDDEN = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS}
NO_FILES = (
    ". Scripts see no files but their materials, which are uploaded before and named with the script, "
    "and write only to their working directory."
)
AVAILABLE = "manim, numpy, scipy, networkx, PIL and Python's standard library"
HINTS = {
    "manimlib": " Scripts are drawn with the community edition: write `from manim import *`.",
    "manimgl": " Scripts are drawn with the community edition: write `from manim import *`.",
    "manim_imports_ext": " Scripts are drawn with the community edition: write `from manim import *`.",
}


@dataclass(eq=False)
class Failure(Exception):
    """Ends the painting. Line and column count from 1."""

    code: str
    message: str
    line: int | None = None
    column: int | None = None
    traceback: str | None = None

    def fields(self) -> dict[str, Any]:
        return {**asdict(self), "message": self.message[:MAX_MESSAGE]}


class Run(Protocol):
    """How far a run of the script came."""

    is_playing: bool
    # Animations that have ended.
    plays: int


def explain(error: BaseException, script: str, run: Run | None) -> Failure:
    """Turns whatever ended a run of the script into a failure at one of its lines."""
    own = own_frames(error, script)
    line, column = (own[-1].lineno, column_of(own[-1])) if own else (None, None)
    if isinstance(error, Failure):
        return replace(error, line=error.line or line, column=error.column or column)
    # A scene that Manim cannot draw may fail in code that the script does not call.
    code, message = classify(error, bool(own) or (run is not None and run.is_playing))
    if code == "SCRIPT_FAILED" and run is not None and run.plays > 0:
        message = f"After {run.plays} animation{'' if run.plays == 1 else 's'}: {message}"
    text = describe(error, own, script) if own else None
    return Failure(code, message, line, column, text)


def classify(error: BaseException, is_of_script: bool) -> tuple[str, str]:
    if isinstance(error, ImportError) and is_of_script:
        return "IMPORT_UNAVAILABLE", explain_import(error)
    program = os.path.basename(str(getattr(error, "filename", None) or ""))
    if isinstance(error, FileNotFoundError | PermissionError) and program in TEX_PROGRAMS:
        return "TEX_MISSING", needs_tex(program).message
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "SCRIPT_MEMORY", "The script is out of memory."
    if is_of_script:
        return "SCRIPT_FAILED", summary_of(error) + remedy_for(error)
    return "PAINTER_BROKEN", f"Manim failed outside the script. {summary_of(error)}"


def remedy_for(error: BaseException) -> str:
    """What to do about a call that cannot work where scripts run, or nothing."""
    modules = modules_of(error)
    if modules & NETWORK:
        return NO_NETWORK
    if not isinstance(error, OSError):
        return ""
    if "multiprocessing" in modules:
        return ". Scripts cannot start Python processes: compute it in the script itself."
    if "subprocess" in modules:
        program = os.path.basename(str(error.filename or "another program"))
        return (
            f". {program} is not available where scripts run: do it in Python, or add the result as a material."
        )
    if (error.filename is not None and error.errno in HIDDEN) or "could not find" in str(error):
        return NO_FILES
    if error.errno == errno.EPERM:
        return ". Scripts run alone: without a network, other processes or devices."
    return ""


def modules_of(error: BaseException | None) -> set[str]:
    """Names of the packages that the operating system refused something, up to this error."""
    names: set[str] = set()
    for _ in range(MAX_FRAMES):
        if error is None:
            break
        if isinstance(error, OSError):
            frames = traceback.walk_tb(error.__traceback__)
            names |= {str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in frames}
        error = error.__cause__ or error.__context__
    return names


def needs_tex(program: str = "latex") -> Failure:
    needs = "MathTex and Tex need TeX" if program == "latex" else f"The script needs TeX's {program}"
    return Failure(
        "TEX_MISSING",
        f"{needs}, which is not installed where scripts run. "
        'Write the formula for Typst instead, e.g. MathTypst("integral_0^1 x^2 dif x").',
    )


def explain_import(error: ImportError) -> str:
    if not isinstance(error, ModuleNotFoundError) or error.name is None:
        return summary_of(error)
    hint = HINTS.get(error.name.partition(".")[0], f" Scripts can import {AVAILABLE}.")
    return f'The module "{error.name}" is not available where scripts run.{hint}'


def summary_of(error: BaseException) -> str:
    summary = "".join(traceback.format_exception_only(error)).strip()
    return summary + suggestion_for(error, summary)


def suggestion_for(error: BaseException, summary: str) -> str:
    """Python 3.11 suggests names only where it prints an error itself."""
    if not isinstance(error, NameError) or error.name is None or "Did you mean" in summary:
        return ""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    known = {**frames[-1].f_globals, **frames[-1].f_locals} if frames else {}
    close = difflib.get_close_matches(error.name, [name for name in known if isinstance(name, str)], n=1)
    return f". Did you mean: '{close[0]}'?" if close else ""


def own_frames(error: BaseException, script: str) -> list[traceback.FrameSummary]:
    """The frames of the script, outermost first."""
    stack = traceback.extract_tb(error.__traceback__)
    return [frame for frame in stack if frame.filename == script]


def column_of(frame: traceback.FrameSummary) -> int | None:
    # `colno` counts bytes of UTF-8.
    if frame.colno is None:
        return None
    indented = frame._original_line if hasattr(frame, "_original_line") else frame.line or ""
    return len(indented.encode()[: frame.colno].decode(errors="replace")) + 1


def describe(error: BaseException, own: list[traceback.FrameSummary], script: str) -> str:
    kept = own if len(own) <= 2 * MAX_FRAMES else [*own[:MAX_FRAMES], *own[-MAX_FRAMES:]]
    name = os.path.basename(script)
    shown = [
        traceback.FrameSummary(name, frame.lineno, frame.name, lookup_line=False, line=frame.line)
        for frame in kept
    ]
    lines = traceback.StackSummary.from_list(shown).format()
    if len(kept) < len(own):
        lines.insert(MAX_FRAMES, f"  … {len(own) - len(kept)} more calls …\n")
    text = "".join(["Traceback (most recent call last):\n", *lines, summary_of(error)])
    return text[:MAX_TRACEBACK]
