"""Where two frames differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Rectangle(NamedTuple):
    """In pixels, from the top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def of(self, pixels: np.ndarray) -> np.ndarray:
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]


def find_change(before: np.ndarray, after: np.ndarray) -> Rectangle | None:
    """The smallest rectangle outside of which two frames are equal; None if nothing differs. Both are
    contiguous RGBA."""
    differs = (before.view(np.uint32) != after.view(np.uint32))[..., 0]
    rows = np.flatnonzero(differs.any(axis=1))
    if len(rows) == 0:
        return None
    top, bottom = int(rows[0]), int(rows[-1])
    columns = np.flatnonzero(differs[top : bottom + 1].any(axis=0))
    left, right = int(columns[0]), int(columns[-1])
    return Rectangle(left, top, right + 1 - left, bottom + 1 - top)
