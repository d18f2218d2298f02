"""A script and its scenes."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import math
import sys
import types
import warnings
from dataclasses import dataclass
from typing import Any, NoReturn

from .failure import Failure

MODULE = "script"
ADDED_IMPORT = "from manim import *"
# Other services import it for their scripts. Built-in functions stay: `math.pow` knows no modulus.
MATH = {name: value for name, value in vars(math).items() if name[0] != "_" and not hasattr(builtins, name)}


@dataclass(frozen=True, slots=True)
class FoundScene:
    """A class of the script that extends `Scene`."""

    name: str
    line: int
    scene_class: type[Any]


@dataclass(frozen=True, slots=True)
class Script:
    """A script that parses."""

    path: str
    tree: ast.Module
    code: types.CodeType

    @classmethod
    def read(cls, path: str) -> Script:
        with open(path, "rb") as file:
            source = file.read()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(source, path)
                code = compile(tree, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            # An error of the encoding has no position.
            line, column = error.lineno or None, error.offset or None
            raise Failure("SCRIPT_SYNTAX", f"{type(error).__name__}: {error.msg}", line, column) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Failure(
                "SCRIPT_SYNTAX", f"Python cannot read the script: {error or 'it is nested too deeply'}."
            ) from None
        text = source.decode("utf-8", "replace")
        # A script cannot change what its own tracebacks show.
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        return cls(path, tree, code)

    def run(self) -> types.ModuleType:
        """Runs the script once, in a new module that has the names of Manim and of `math`."""
        module = types.ModuleType(MODULE)
        module.__file__ = self.path
        sys.modules[MODULE] = module
        sys.argv = [self.path]
        vars(module).update(MATH)
        exec(ADDED_IMPORT, module.__dict__)
        exec(self.code, module.__dict__)
        return module

    def find_scenes(self, module: types.ModuleType, base: type[Any]) -> list[FoundScene]:
        """Scenes in the order of their lines."""
        lines = {node.name: node.lineno for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}
        classes = {
            value: None
            for value in vars(module).values()
            if inspect.isclass(value) and issubclass(value, base) and value.__module__ == MODULE
        }
        found = [FoundScene(each.__name__, lines.get(each.__name__, 1), each) for each in classes]
        return sorted(found, key=lambda scene: scene.line)


def choose_scene(scenes: list[FoundScene], name: str | None) -> FoundScene:
    """The named scene, or the only one."""
    if not scenes:
        raise Failure("SCENE_MISSING", "The script has no scene. Define a class that extends Scene.")
    listed = ", ".join(f"{scene.name} (line {scene.line})" for scene in scenes[:50])
    if name is None:
        if len(scenes) == 1:
            return scenes[0]
        raise Failure(
            "SCENE_AMBIGUOUS", f"The script has {len(scenes)} scenes. Choose one: {listed}.", scenes[1].line
        )
    for scene in scenes:
        if scene.name == name:
            return scene
    raise Failure("SCENE_MISSING", f'The script has no scene "{name}". Its scenes: {listed}.')


def refuse_interaction(scene_base: type[Any]) -> None:
    """Makes calls that wait for a person fail where the script makes them."""

    def refuse(what: str) -> Any:
        def refused(*_args: Any, **_kwargs: Any) -> NoReturn:
            message = f"The script calls {what}, but scripts run unattended. Remove the call."
            raise Failure("SCRIPT_INTERACTIVE", message)

        return refused

    builtins.input = refuse("input()")
    sys.breakpointhook = refuse("breakpoint()")
    for name in ("interactive_embed", "interact", "embed_2"):
        if hasattr(scene_base, name):
            setattr(scene_base, name, refuse(f"{name}()"))
