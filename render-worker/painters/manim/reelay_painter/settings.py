"""Manim's configuration for a job."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from manim import config, tempconfig

from .job import Job
from .materials import settings_of_materials

# Length of the shorter side in Manim's units.
SHORT_SIDE = 8.0

Warn = Callable[[str, str], None]


def settings_of(job: Job) -> dict[str, Any]:
    """What a script may not change: the video's size and rate, and where Manim writes."""
    return {
        "pixel_width": job.width,
        "pixel_height": job.height,
        "frame_rate": float(job.frame_rate),
        "background_opacity": 1.0,
        "format": "auto",
        "disable_caching": True,
        "dry_run": False,
        "enable_gui": False,
        "live_preview": False,
        "preview": False,
        "progress_bar": "none",
        "save_sections": False,
        "show_in_file_browser": False,
        "write_all": False,
    }


def defaults_of(job: Job) -> dict[str, Any]:
    """What a script may change."""
    unit = SHORT_SIDE / min(job.width, job.height)
    return {
        "frame_width": job.width * unit,
        "frame_height": job.height * unit,
        "seed": job.seed,
        "verbosity": "WARNING",
        **settings_of_materials(job.materials),
    }


class Settings:
    """The configuration of one job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        # For outlines of text and formulas: starts empty, and is kept for the second run of the script.
        self.media_dir = tempfile.mkdtemp(prefix="media-")
        self._fixed = {**settings_of(job), "media_dir": self.media_dir}

    @contextmanager
    def applied(self, renderer: str) -> Iterator[None]:
        """Configures and seeds one run of the script."""
        self._fixed["renderer"] = renderer
        with tempconfig({**self._fixed, **defaults_of(self._job)}):
            random.seed(self._job.seed)
            np.random.seed(self._job.seed)
            yield

    def restore(self, warn: Warn) -> None:
        """Undoes the script's changes of fixed settings."""
        changed = [name for name, value in self._fixed.items() if differs(config[name], value)]
        for name in changed:
            config[name] = self._fixed[name]
        if changed:
            names = ", ".join(f"config.{name}" for name in changed)
            warn("SETTING_IGNORED", f"The settings of the video replace what the script sets: {names}.")


def differs(current: Any, wanted: Any) -> bool:
    plain = getattr(current, "value", current)
    return str(plain) != str(wanted) and plain != wanted
