"""Draws one scene of a Manim script. Usage: python -I -B painter.py JOB, with JOB as a JSON object.

Standard output carries the protocol of docs/reference/painters.md, and nothing else.
"""

import os
import sys

# Isolated mode ignores PYTHONHASHSEED, and with random hashes a set of strings has another order each time.
if sys.argv[1:2] != ["--examine"] and (sys.flags.ignore_environment or os.environ.get("PYTHONHASHSEED") != "0"):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    again = [sys.executable, "-s", "-P", "-B", os.path.abspath(__file__), *sys.argv[1:]]
    os.execve(sys.executable, again, {**clean, "PYTHONHASHSEED": "0"})

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from reelay_painter import main  # noqa: E402

sys.path.pop(0)

if __name__ == "__main__":
    main.run(sys.argv[1:])
