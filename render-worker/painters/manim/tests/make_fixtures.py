"""Records the output of small scripts in ../../fixtures, for tests of the reader. Run it in this folder."""

from pathlib import Path

from support import Output, paint

FIXTURES = Path(__file__).resolve().parent.parent.parent / "fixtures"

GROW = """from manim import *

class Grow(Scene):
    def construct(self):
        square = Square(side_length=4, fill_opacity=1, stroke_width=0, color=RED)
        self.play(FadeIn(square))
        self.wait(2)
"""
SOUND = """import wave

with wave.open("beep.wav", "wb") as file:
    file.setparams((2, 2, 48000, 0, "NONE", ""))
    file.writeframes(b"\\x00\\x10\\x00\\xf0" * 9600)

class Beep(Scene):
    def construct(self):
        self.add_sound("beep.wav")
        self.wait(0.4)
"""
FAILS = """class Faulty(Scene):
    def construct(self):
        self.wait(0.4)
        self.play(Create(Sqare()))
"""
FAILS_LATE = """from pathlib import Path

class Late(Scene):
    def construct(self):
        self.wait(0.4)
        if Path("counted").exists():
            raise ValueError("only while it is drawn")
        Path("counted").touch()
"""


def record() -> dict[str, Output]:
    return {
        "drawn": paint(GROW),
        "checked": paint(GROW, mode="CHECK"),
        "with-audio": paint(SOUND),
        "failed": paint(FAILS),
        "failed-late": paint(FAILS_LATE),
    }


if __name__ == "__main__":
    FIXTURES.mkdir(exist_ok=True)
    for name, output in record().items():
        FIXTURES.joinpath(f"{name}.bin").write_bytes(output.data)
        print(f"{name}: {len(output.data)} bytes, {' '.join(output.order)}")
