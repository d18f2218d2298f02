"""From a job to the last record."""

import contextlib
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from importlib import metadata
from types import FrameType

from .examine import examine
from .failure import Failure, explain
from .job import Job
from .protocol import Protocol
from .script import Script

PROTOCOL = 1


def run(arguments: list[str]) -> None:
    if arguments[0] == "--examine":
        print(examine(json.loads(arguments[1])))
        return
    protocol = take_standard_output()
    limit_threads()
    name_opengl()
    paint(Job.parse(json.loads(arguments[0])), protocol)
    # The script may have closed them.
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    # A script's threads may still run, and its exit handlers have nothing to add.
    os._exit(0)


def take_standard_output() -> Protocol:
    """Keeps descriptor 1 for the protocol. Output of the script goes to the log."""
    private = os.dup(1)
    os.dup2(2, 1)
    sys.stdout.reconfigure(line_buffering=True)
    return Protocol(private)


def limit_threads() -> None:
    """A pool of threads per core uses memory and processes, and the arrays here are small."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def name_opengl() -> None:
    """Python finds libraries with `ldconfig`, which a jail does not show, or by their development packages."""
    os.environ.setdefault("GLCONTEXT_LINUX_LIBGL", "libGL.so.1")
    os.environ.setdefault("GLCONTEXT_LINUX_LIBEGL", "libEGL.so.1")


def name_the_end_of_time(protocol: Protocol) -> None:
    """A script that is out of time fails at its current line. Soon afterwards it is killed."""
    painter = os.getpid()

    def end(_signal: int, _frame: FrameType | None) -> None:
        if os.getpid() != painter:
            # A process of the script, which has no stream.
            os._exit(1)
        protocol.interrupt(Failure("SCRIPT_TIME", "The script is out of time."))

    # From the kernel for CPU time, and from the worker for silence.
    signal.signal(signal.SIGXCPU, end)
    signal.signal(signal.SIGTERM, end)


@contextlib.contextmanager
def no_garbage() -> Iterator[None]:
    """What is loaded stays, so it is not searched for garbage: neither while it is loaded, nor later."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def paint(job: Job, protocol: Protocol) -> None:
    """Sends everything of a job, up to `done` or `failed`."""
    protocol.event("hello", protocol=PROTOCOL, painter="manim", version=metadata.version("manim"))
    name_the_end_of_time(protocol)
    painting = None
    try:
        # A script that does not parse fails before Manim is loaded, which takes most of the start.
        script = Script.read(job.script)
        with no_garbage():
            from .painting import Painting

        painting = Painting(job, script, protocol)
        painting.paint()
    except BaseException as error:
        one = painting.current if painting else None
        try:
            protocol.event("failed", **explain(error, job.script, one).fields())
        except MemoryError:
            # The worker recognizes these words.
            os.write(2, b"The script is out of memory.\n")
            os._exit(1)
        with contextlib.suppress(Exception):
            traceback.print_exception(error)
