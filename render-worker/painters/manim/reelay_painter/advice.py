"""What a script tries that cannot work where scripts run, found without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Of Python's standard library.
NETWORK = {"ftplib", "http.client", "imaplib", "poplib", "smtplib", "socket", "urllib.request"}
# Of one script.
MAX_ADVICE = 20

Advice = tuple[str, str, int, int]


def advise(tree: ast.Module) -> list[Advice]:
    """Code, message, line and column of each piece of advice, in the order of the lines."""
    found = sorted(set(_imports(tree)), key=lambda one: one[2:])
    return found[:MAX_ADVICE]


def _imports(tree: ast.Module) -> Iterator[Advice]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        else:
            continue
        for name in sorted(names & NETWORK):
            message = f"The script imports {name}, but there is no network where scripts run."
            yield ("NETWORK_UNAVAILABLE", message, node.lineno, node.col_offset + 1)
