"""Scripts use materials by their names."""

import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

from PIL import Image
from support import paint

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="#0000ff"/></svg>'


def own_font() -> tuple[str, bytes]:
    """A font of this machine with a family name of the same length that no other has."""
    found = ["fc-match", "-f", "%{file}\t%{family[0]}", "serif:bold:fontformat=TrueType"]
    path, _, own = subprocess.run(found, capture_output=True, text=True, check=True).stdout.partition("\t")
    family = f"Own {own}"[: len(own)]
    data = Path(path).read_bytes()
    for encoding in ("utf-16-be", "ascii"):
        data = data.replace(own.encode(encoding), family.encode(encoding))
    return family, data


class Materials(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.job = {"materials": {"folder": str(self.folder), "fonts": []}}

    def add_font(self, name: str, data: bytes) -> None:
        (self.folder / name).write_bytes(data)
        self.job["materials"]["fonts"].append(name)

    def test_pictures_and_sounds_are_found_by_name(self):
        Image.new("RGB", (4, 4), "red").save(self.folder / "logo.png")
        (self.folder / "drawn.svg").write_text(SVG)
        with wave.open(str(self.folder / "ding.wav"), "wb") as sound:
            sound.setparams((1, 2, 48_000, 0, "NONE", ""))
            sound.writeframes(b"\x10\x20" * 4_800)
        output = paint(
            "class A(Scene):\n"
            "  def construct(self):\n"
            '    self.add(ImageMobject("logo.png").scale_to_fit_height(4).shift(LEFT * 3))\n'
            '    self.add(SVGMobject("drawn", height=4).shift(RIGHT * 3))\n'
            '    self.add_sound("ding.wav")\n'
            '    assert (config.get_dir("assets_dir") / "logo.png").exists()\n'
            "    self.wait()\n",
            **self.job,
        )
        self.assertEqual(output.events[-1]["type"], "done", output.events[-1])
        self.assertEqual(output.pixel(0, 18, 18)[:3], (255, 0, 0))
        blue = output.pixel(0, 45, 18)
        self.assertGreater(blue[2], 200)
        self.assertLess(max(blue[:2]), 60)
        self.assertEqual(output.samples[:4], b"\x10\x20" * 2)

    def test_a_font_is_used_by_its_family_name(self):
        own_family, font = own_font()
        self.add_font("own.ttf", font)

        def drawn(family: str, before: str = "", **job) -> list:
            text = f'Text("{{}}", font="{family}", font_size=200)'
            body = f"    {before}\n    self.add({text.format('Rag')})\n    self.wait()\n"
            output = paint(f"class A(Scene):\n  def construct(self):\n{body}", **job)
            self.assertEqual(output.events[-1]["type"], "done", output.events[-1])
            return output.frames

        own = drawn(own_family, **self.job)
        self.assertNotEqual(own, drawn(own_family))
        self.assertNotEqual(own, drawn("sans-serif", **self.job))
        registered = 'with register_font("own.ttf"): pass'
        self.assertEqual(own, drawn(own_family, registered, **self.job))
        formula = f'#set text(font: "{own_family}")\\nRag'
        script = f"class A(Scene):\n  def construct(self):\n    self.add(Typst('{formula}', font_size=200))\n    self.wait()\n"
        self.assertNotEqual(paint(script, **self.job).frames, paint(script).frames)

    def test_a_font_that_cannot_be_read_is_reported_and_not_used(self):
        self.add_font("broken.ttf", b"\0\1\0\0 no font")
        output = paint("class A(Scene): pass", **self.job)
        warning = output.event("warning")
        self.assertEqual(warning["code"], "FONT_UNREADABLE")
        self.assertIn("broken.ttf", warning["message"])
        self.assertEqual(output.events[-1]["type"], "done")


if __name__ == "__main__":
    unittest.main()
