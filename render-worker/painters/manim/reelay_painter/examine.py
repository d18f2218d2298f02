"""What the worker must know before it offers this painter. Does not load Manim, which takes most of a start."""

from __future__ import annotations

import json
import os
from importlib import metadata
from typing import Any

from .escapes import find_escapes
from .tex_programs import try_tex


def examine(request: dict[str, Any]) -> str:
    """`hasTex`: whether the worker found TeX. The working directory is a private, empty folder."""
    folder, target = os.getcwd(), request["target"]
    return json.dumps(
        {
            "version": metadata.version("manim"),
            "texFailure": try_tex(folder) if request["hasTex"] else None,
            # Last, because a process that leaves its jail may not get any further.
            "escapes": find_escapes(target) if target else [],
        }
    )
