"""Fonts, pictures and sounds that a script uses by their names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import manimpango
from manim import MathTypst, SVGMobject, Typst

from .job import Materials

Warn = Callable[[str, str], None]


def settings_of_materials(materials: Materials | None) -> dict[str, Any]:
    """Where Manim looks for files by name: pictures and sounds, and fonts beside the script."""
    if materials is None:
        return {}
    return {"assets_dir": materials.folder, "input_file": os.path.join(materials.folder, "scene.py")}


def provide(materials: Materials | None, warn: Warn) -> None:
    """Makes materials usable before the script runs."""
    if materials is None:
        return
    copy_drawings(Path(materials.folder))
    if materials.fonts:
        register_fonts(materials, warn)


def copy_drawings(folder: Path) -> None:
    """Manim writes a second file beside an SVG that it reads, and the materials are read-only."""
    find = SVGMobject.get_file_path
    copies = Path(tempfile.mkdtemp(prefix="drawings-"))

    def get_file_path(drawing: SVGMobject) -> Path:
        path = find(drawing)
        if path.parent != folder:
            return path
        copy = copies / path.name
        if not copy.exists():
            shutil.copyfile(path, copy)
        return copy

    SVGMobject.get_file_path = get_file_path


def register_fonts(materials: Materials, warn: Warn) -> None:
    """Makes fonts available by their family names, to Pango and to Typst."""
    paths = [os.path.join(materials.folder, name) for name in materials.fonts]
    unreadable = [path for path in paths if not manimpango.register_font(path)]
    for path in unreadable:
        warn("FONT_UNREADABLE", f"The font {os.path.basename(path)} cannot be read, and is not used.")
    keep_registered([path for path in paths if path not in unreadable])
    for formula in (Typst, MathTypst):
        formula.set_default(font_paths=[materials.folder])


def keep_registered(paths: list[str]) -> None:
    """Unregistering one font, as at the end of `with register_font(…)`, removes all of them."""
    unregister = manimpango.unregister_font

    def unregister_one(path: str) -> bool:
        result = unregister(path)
        for kept in paths:
            manimpango.register_font(kept)
        return result

    manimpango.unregister_font = unregister_one
