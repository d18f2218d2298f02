"""The examples of the documentation and of the console."""

import ast
import unittest
from pathlib import Path

from support import paint

EXAMPLES = Path(__file__).resolve().parents[4] / "examples" / "manim"
SIZES = {"16:9": (96, 54), "9:16": (54, 96)}


class Examples(unittest.TestCase):
    def test_each_is_drawn_without_a_warning_and_ends_with_a_picture(self):
        files = sorted(EXAMPLES.glob("*.py"))
        self.assertEqual(len(files), 8)
        for file in files:
            with self.subTest(file.name):
                source = file.read_text()
                title, *settings = (ast.get_docstring(ast.parse(source)) or "").splitlines()
                self.assertRegex(title, r"^[A-Z].{10,70}[^.]$")
                shape = next((line[7:] for line in settings if line.startswith("Shape: ")), "16:9")
                width, height = SIZES[shape]
                output = paint(source, name=file.name, width=width, height=height, frameRate=1)
                self.assertEqual(output.events[-1]["type"], "done", output.events[-1])
                self.assertNotIn("warning", output.order)
                counted = output.event("counted")
                self.assertGreaterEqual(counted["animations"], 4)
                self.assertEqual(counted["hasAudio"], "with audio" in title)
                pixels, _ = output.frames[-1]
                lit = sum(max(pixels[at : at + 3]) > 60 for at in range(0, len(pixels), 4))
                self.assertGreater(lit, width * height / 100)


if __name__ == "__main__":
    unittest.main()
