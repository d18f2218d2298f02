"""
Starts one Reelay worker per call of a function on Modal, and ends it with the call. Set IMAGE and the size, then:

    modal deploy modal_app.py
"""

import os
import subprocess
import time

import modal

IMAGE = "docker.io/acme/reelay-worker:0.1.0"

app = modal.App("reelay-workers")
image = modal.Image.from_registry(IMAGE, add_python="3.12").entrypoint([])

COMMAND = [
    "node",
    "--no-deprecation",
    "--disable-warning=MetadataLookupWarning",
    os.environ.get("REELAY_WORKER", "/app/worker.js"),
]
# A worker hands its tasks back within 10 s after SIGTERM.
KILL_AFTER_SECONDS = 20
# The rest of the environment, with the keys of Modal, is not passed on.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "WORK_DIR", "NVIDIA_VISIBLE_DEVICES",
             "NVIDIA_DRIVER_CAPABILITIES", "LD_LIBRARY_PATH", "FFMPEG_PATH", "FFPROBE_PATH")


@app.function(
    image=image,
    cpu=2.0,  # physical cores, of two vCPUs each
    memory=4096,
    # gpu="L4",
    timeout=24 * 3600,
    # A worker that has ended must not start again.
    retries=0,
    max_containers=10,
    # An idle container costs money.
    scaledown_window=2,
)
def worker(name: str, environment: dict, ends_within_seconds: int) -> int:
    variables = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
    variables.update(environment)
    process = subprocess.Popen(COMMAND, env=variables, stdin=subprocess.DEVNULL)
    end = time.monotonic() + ends_within_seconds
    try:
        # Modal cancels by an exception, which `wait` would not let through.
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.2)
        return process.poll() if process.poll() is not None else -1
    finally:
        # Also when the call is canceled, or Modal takes the machine away.
        process.terminate()
        try:
            process.wait(KILL_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
