"""Each fault of a script has a code, and a place in the script."""

import tempfile
import unittest
from pathlib import Path

from support import paint

from reelay_painter.tex_programs import explain_log


def scene(body: str, before: str = "") -> str:
    """A script whose body begins in line 4."""
    return f"from manim import *\n{before}\nclass Faulty(Scene):\n  def construct(self):\n    {body}\n"


class Failures(unittest.TestCase):
    def fails(self, source, code, line, column=..., **job):
        output = paint(source, **job)
        failure = output.failure
        self.assertEqual((failure["code"], failure["line"]), (code, line), failure)
        if column is not ...:
            self.assertEqual(failure["column"], column)
        self.assertEqual(output.frames, [])
        return failure

    def test_syntax(self):
        failure = self.fails("from manim import *\nclass A(Scene)\n  pass", "SCRIPT_SYNTAX", 2, 15)
        self.assertEqual(failure["message"], "SyntaxError: expected ':'")
        self.fails("x = '\u2028\n", "SCRIPT_SYNTAX", 1)
        self.fails(b"x = 1\n\xff", "SCRIPT_SYNTAX", 2)
        self.fails("x = 1\0", "SCRIPT_SYNTAX", None)
        self.fails("(" * 5000, "SCRIPT_SYNTAX", 1)
        self.fails("-" * 100_000 + "1", "SCRIPT_SYNTAX", None)

    def test_scenes(self):
        two = "class A(Scene): pass\nclass B(A): pass\nclass C: pass\n"
        self.fails("x = 1", "SCENE_MISSING", None)
        failure = self.fails(two, "SCENE_AMBIGUOUS", 2)
        self.assertIn("A (line 1), B (line 2).", failure["message"])
        ambiguous = paint(two, mode="CHECK").event("scenes")
        self.assertEqual(ambiguous["chosen"], None)
        self.assertEqual([scene["name"] for scene in ambiguous["scenes"]], ["A", "B"])
        failure = self.fails(two, "SCENE_MISSING", None, scene="C")
        self.assertIn('no scene "C". Its scenes: A (line 1), B (line 2).', failure["message"])
        chosen = paint(two, scene="B", mode="CHECK").event("scenes")
        self.assertEqual(chosen["chosen"], "B")
        self.assertEqual(chosen["scenes"], [{"name": "A", "line": 1}, {"name": "B", "line": 2}])

    def test_advice(self):
        source = "import json\nfrom urllib import request, parse\nif False:\n  import os, socket\n"
        warnings = [one for one in paint(source, mode="CHECK").events if one["type"] == "warning"]
        self.assertEqual(
            [(one["code"], one["line"], one["column"]) for one in warnings],
            [("NETWORK_UNAVAILABLE", 2, 1), ("NETWORK_UNAVAILABLE", 4, 3)],
        )
        self.assertNotIn("warning", paint(source).order)

    def test_imports(self):
        failure = self.fails("import numpy\nimport pandas as pd", "IMPORT_UNAVAILABLE", 2, 1)
        self.assertIn(
            '"pandas" is not available where scripts run. Scripts can import manim', failure["message"]
        )
        self.assertIn(
            "community edition", self.fails("from manimlib import *", "IMPORT_UNAVAILABLE", 1)["message"]
        )
        self.fails("from manim import Sqare", "IMPORT_UNAVAILABLE", 1)

    def test_errors_in_the_scene(self):
        failure = self.fails(scene("self.wait(); self.play(Create(Sqare()))"), "SCRIPT_FAILED", 5, 35)
        self.assertEqual(
            failure["message"],
            "After 1 animation: NameError: name 'Sqare' is not defined. Did you mean: 'Square'?",
        )
        self.assertEqual(
            failure["traceback"].splitlines(),
            [
                "Traceback (most recent call last):",
                '  File "scene.py", line 5, in construct',
                "    self.wait(); self.play(Create(Sqare()))",
                "NameError: name 'Sqare' is not defined. Did you mean: 'Square'?",
            ],
        )

    def test_a_traceback_has_the_scripts_own_frames_only(self):
        failure = self.fails(scene("self.play(FadeIn(7))"), "SCRIPT_FAILED", 5)
        self.assertEqual(failure["traceback"].count("File "), 1)
        failure = self.fails(scene("self.construct()"), "SCRIPT_FAILED", 5)
        self.assertIn("more calls …", failure["traceback"])
        self.assertLess(len(failure["traceback"]), 5_000)

    def test_a_scene_that_manim_cannot_draw_is_no_fault_of_the_painter(self):
        failure = self.fails("class A(ZoomedScene): pass", "SCRIPT_FAILED", None, renderer="OPENGL")
        self.assertIn("ImageMobjectFromCamera", failure["message"])

    def test_an_exit_is_an_error_of_the_script(self):
        self.fails(scene("raise SystemExit(0)"), "SCRIPT_FAILED", 5)
        self.fails("import sys\nsys.exit()", "SCRIPT_FAILED", 2)

    def test_interaction(self):
        for call in ("input('?')", "breakpoint()", "self.interactive_embed()"):
            failure = self.fails(scene(call), "SCRIPT_INTERACTIVE", 5)
            self.assertIn("run unattended", failure["message"])

    def test_limits_have_the_line_that_was_reached(self):
        # The seconds that this process has used, and one more.
        limit = "import resource as r; s = r.getrusage(r.RUSAGE_SELF); n = int(s.ru_utime + s.ru_stime) + 1"
        endless = scene("while True: pass", f"{limit}; r.setrlimit(r.RLIMIT_CPU, (n, n + 5))")
        self.fails(endless, "SCRIPT_TIME", 5)
        silent = scene("o.kill(o.getpid(), 15); t.sleep(60)", "import os as o, time as t")
        self.fails(silent, "SCRIPT_TIME", 5)
        failure = self.fails(scene("self.wait(); bytearray(2**50)"), "SCRIPT_MEMORY", 5, 18)
        self.assertIn("bytearray(2**50)", failure["traceback"])

    def test_what_cannot_work_where_scripts_run_has_a_remedy(self):
        for body, before, remedy in [
            ("socket.create_connection(('127.0.0.1', 1))", "import socket", "There is no network"),
            ("u.urlopen('http://127.0.0.1:1')", "import urllib.request as u", "There is no network"),
            ("open('/nonexistent/data.csv')", "", "Scripts see no files but their materials"),
            ("ImageMobject('logo.png')", "", "Scripts see no files but their materials"),
            ("s.run(['curl'])", "import subprocess as s", "curl is not available where scripts run"),
            ("raise OSError(1, 'Operation not permitted')", "", "Scripts run alone"),
        ]:
            failure = self.fails(scene(body, before), "SCRIPT_FAILED", 5)
            self.assertIn(f". {remedy}", failure["message"])
            self.assertNotIn(remedy, failure["traceback"])
        plain = self.fails(scene("raise ValueError('a value')"), "SCRIPT_FAILED", 5)
        self.assertEqual(plain["message"], "ValueError: a value")

    def test_without_tex(self):
        failure = self.fails(scene("MathTex('x')"), "TEX_MISSING", 5)
        self.assertIn("MathTex and Tex need TeX, which is not installed", failure["message"])
        self.assertIn("MathTypst(", failure["message"])
        self.fails(scene(r"axes = Axes(); axes.get_x_axis_label(r'\sin x')"), "TEX_MISSING", 5)
        xelatex = "Tex('x', tex_template=TexTemplate(tex_compiler='xelatex', output_format='.xdv'))"
        failure = self.fails(scene(xelatex), "TEX_MISSING", 5)
        self.assertIn("TeX's xelatex, which is not installed", failure["message"])

    def test_errors_of_tex_are_read_from_its_log(self):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "a.log")
            self.assertEqual(explain_log(log), "it ended without a log")
            for text, message in [
                ("l.1 ok", "it ended without an error in its log"),
                (
                    "ok\n! Undefined control sequence.\n<argument> x \\foo \n  y\nl.6 \\end{align*}\n! Stop.",
                    "Undefined control sequence. Near: x \\foo",
                ),
                (
                    "! Missing $ inserted.\n<inserted text> \n  $\nl.6 ...egin{center}x_\n  1\n",
                    "Missing $ inserted. Near: egin{center}x_",
                ),
                (
                    "! LaTeX Error: File `tikz-cd.sty' not found.\n",
                    "LaTeX Error: File `tikz-cd.sty' not found. The TeX of this worker does not include it.",
                ),
            ]:
                log.write_text(text)
                self.assertEqual(explain_log(log), message)

    def test_names_of_manim_and_math_need_no_import_and_lines_stay(self):
        construct = "class A(Scene):\n  def construct(self):\n    "
        self.fails(f"{construct}1 / 0", "SCRIPT_FAILED", 3, 5)
        drawn = f"{construct}self.play(Rotate(Square(), sqrt(pi) + pow(7, 2, 48)))"
        for imports in ("", "from manim import Square\n", "from __future__ import annotations\n", '"""Turns."""\n'):
            output = paint(imports + drawn)
            self.assertEqual(output.events[-1]["type"], "done", output.events[-1])

    def test_a_message_that_cannot_be_made_is_replaced(self):
        self.fails(
            scene("raise Bad", "class Bad(Exception):\n  def __str__(self): raise self"), "SCRIPT_FAILED", 6
        )
        failure = self.fails(scene("raise ValueError('x' * 100_000 + chr(0xd800))"), "SCRIPT_FAILED", 5)
        self.assertLessEqual(len(failure["message"]), 2_000)


if __name__ == "__main__":
    unittest.main()
