"""Starts one Reelay worker per job of a RunPod serverless endpoint, and ends it with the job."""

import asyncio
import os
import shlex
import signal

import runpod

# The worker of the image.
COMMAND = shlex.split(
    os.environ.get(
        "REELAY_WORKER",
        "node --no-deprecation --disable-warning=MetadataLookupWarning /app/worker.js",
    )
)
# A worker hands its tasks back within 10 s after SIGTERM.
KILL_AFTER_SECONDS = 30
# The rest of the environment, with the keys of RunPod, is not passed on.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "WORK_DIR", "NVIDIA_VISIBLE_DEVICES",
             "NVIDIA_DRIVER_CAPABILITIES", "LD_LIBRARY_PATH", "FFMPEG_PATH", "FFPROBE_PATH")

workers = set()


def stop_workers():
    for worker in workers:
        if worker.returncode is None:
            worker.terminate()


def forward_sigterm():
    """RunPod's loop waits for its jobs after SIGTERM, so the workers receive it, too."""
    previous = signal.getsignal(signal.SIGTERM)

    def forward(number, frame):
        stop_workers()
        if callable(previous):
            previous(number, frame)

    forward.is_ours = True
    if not getattr(previous, "is_ours", False):
        signal.signal(signal.SIGTERM, forward)


async def handler(job):
    forward_sigterm()
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment.update(job["input"]["environment"])
    worker = await asyncio.create_subprocess_exec(
        *COMMAND, env=environment, stdin=asyncio.subprocess.DEVNULL
    )
    workers.add(worker)
    try:
        return {"exitCode": await worker.wait()}
    finally:
        # Also when RunPod cancels the job.
        stop_workers()
        try:
            await asyncio.wait_for(worker.wait(), KILL_AFTER_SECONDS)
        except asyncio.TimeoutError:
            worker.kill()
            await worker.wait()
        workers.discard(worker)


if __name__ == "__main__":
    runpod.serverless.start({"handler": handler})
