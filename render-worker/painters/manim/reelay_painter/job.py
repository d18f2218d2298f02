"""What to draw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Materials:
    """Files that the script uses by their names."""

    folder: str
    # Names of those that are fonts.
    fonts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """The painter's argument. The worker has checked the values."""

    draws: bool
    script: str
    scene: str | None
    width: int
    height: int
    frame_rate: int
    renderer: str
    seed: int
    # Index of the first animation that is drawn.
    start_at: int
    materials: Materials | None

    @classmethod
    def parse(cls, fields: dict[str, Any]) -> Job:
        if fields["version"] != 1:
            raise ValueError(f"This painter reads jobs of version 1, not {fields['version']}.")
        return cls(
            draws=fields["mode"] == "DRAW",
            script=fields["script"],
            scene=fields["scene"],
            width=fields["width"],
            height=fields["height"],
            frame_rate=fields["frameRate"],
            renderer=fields["renderer"].lower(),
            seed=fields["seed"],
            start_at=fields.get("startAt", 0),
            materials=parse_materials(fields.get("materials")),
        )


def parse_materials(fields: dict[str, Any] | None) -> Materials | None:
    return None if fields is None else Materials(fields["folder"], tuple(fields["fonts"]))
