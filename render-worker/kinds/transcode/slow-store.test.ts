import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../../../tests/kit/eventually.ts";
import { words } from "../../media/ffmpeg/words.ts";
import { inspect } from "../../testing/inspect.ts";
import { defaultProfile, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";

const stateOf = async (pid: number): Promise<string | undefined> =>
  /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, "utf8"))?.[1];

test.skipIf(process.platform !== "linux")(
  "an encoder faster than the store is paused, not ended, and the temporary disk use stays bounded",
  async () => {
    await using clips = await temporaryDirectory();
    const picture =
      "-f lavfi -i testsrc2=s=640x360:r=30:d=24 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";
    const clip = await makeClip(join(clips.path, "clip.mp4"), words(picture));
    const unsentBytes = 100_000;
    await using system = await startWorker({ unsentBytes });
    const opened = Promise.withResolvers<void>();
    onTestFinished(() => opened.resolve());
    system.store.beforeWrite = (key) => (key.endsWith("00001.m4s") ? opened.promise : undefined);
    const profile = { ...defaultProfile, rungs: defaultProfile.rungs.slice(2, 3) };
    const task = await system.request(clip, { profile });
    const [started] = await eventually(() => {
      const found = system.messaging.ofType("task.started.v1");
      return found.length > 0 && found;
    }, "the attempt has begun");
    const directory = join(system.config.workDirectory, "worker-1", started?.attemptId ?? "");
    const pid = await eventually(async () => {
      const text = await readFile(join(directory, "ffmpeg.json"), "utf8");
      return (JSON.parse(text) as { pid: number }).pid;
    }, "ffmpeg runs");
    await eventually(async () => (await stateOf(pid)) === "T", "ffmpeg is held");
    // A segment that was being stored may be gone by now. Below half of the limit, the encoder would go on.
    expect(await unsent(join(directory, "360p"))).toBeGreaterThan(unsentBytes / 2);
    opened.resolve();
    const end = await system.end(task);
    expect(end).toMatchObject({ type: "task.completed.v1" });
    const playlist = (await system.store.keys()).find((key) => key.endsWith("360p/index.m3u8")) ?? "";
    expect(await inspect(system.store.path(playlist))).toMatchObject({ frames: 720 });
  },
);

async function unsent(directory: string): Promise<number> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".m4s"));
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(directory, file))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
