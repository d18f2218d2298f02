"""Formulas of scripts: errors of TeX, and labels where it is not installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NoReturn

from manim import DecimalNumber, MathTypst, NumberLine

from .failure import Failure, needs_tex
from .tex_programs import explain_log

# Numbers, and letters that stand alone: TeX and Typst read them alike.
PLAIN = re.compile(r"(?:[\d\s+\-.,=()%]|(?<![A-Za-z])[A-Za-z](?![A-Za-z]))+")


class PlainFormula(MathTypst):
    """A formula that means the same in TeX and in Typst."""

    def __init__(self, formula: str, **kwargs: Any) -> None:
        if not PLAIN.fullmatch(formula):
            raise needs_tex()
        super().__init__(formula.replace("%", "\\%"), **kwargs)


def label_without_tex() -> None:
    """Makes Typst write the numbers of axes and their labels, for which Manim uses TeX by default."""
    DecimalNumber.set_default(mob_class=PlainFormula)
    NumberLine.set_default(label_constructor=PlainFormula)


def fail_with_log(log_file: Path, tex_compiler: str, tex_file: Path) -> NoReturn:
    raise Failure("TEX_FAILED", f"TeX ({tex_compiler}) cannot typeset this: {explain_log(log_file)}")
