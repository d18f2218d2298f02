"""
Runs `worker` of a deployed app in this process, as a container of Modal does: with Modal's own package, and SIGUSR1
cancels it. The file of the app is the argument; stdin has the function's arguments as JSON. Prints the result.
"""

import importlib.util
import json
import signal
import sys

from modal.exception import InputCancellation


def cancel(number, frame):
    raise InputCancellation("Input was cancelled by user")


arguments = json.load(sys.stdin)
specification = importlib.util.spec_from_file_location("modal_app", sys.argv[1])
app = importlib.util.module_from_spec(specification)
specification.loader.exec_module(app)
signal.signal(signal.SIGUSR1, cancel)
try:
    print(json.dumps(app.worker.local(*arguments)))
except InputCancellation:
    sys.exit(1)
