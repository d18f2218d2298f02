import { expect, test } from "vitest";
import { ToolNotFoundError } from "../media/ffmpeg/locate.ts";
import { words } from "../media/ffmpeg/words.ts";
import { makeClip, startWorker, temporaryDirectory, testJail, testKinds, testTools } from "../testing/kit.ts";
import { prepareKinds } from "./index.ts";

/** The ffmpeg of this run, without the encoder of every transcode. */
async function withoutLibx264() {
  const tools = await testTools();
  return { ...tools, encoders: tools.encoders.filter((name) => name !== "libx264") };
}

test("a worker without libx264 starts, offers the kinds that need none, and leaves transcodes to others", async () => {
  await using directory = await temporaryDirectory();
  const clip = await makeClip(
    `${directory.path}/clip.mp4`,
    words("-f lavfi -i testsrc2=s=160x90:r=10:d=1 -c:v libx264"),
  );
  await using worker = await startWorker({}, await withoutLibx264());
  const [refused] = worker.logged("kind.not-supported");
  expect(refused).toMatchObject({ kind: "TRANSCODE", reason: expect.stringContaining("libx264") });
  const seen = worker.messaging.published.find((message) => message.type === "worker.seen.v1");
  expect(seen).toMatchObject({
    offer: { kinds: [{ name: "POSTER" }, { name: "PREVIEW" }, { name: "DOWNLOAD" }] },
  });

  await worker.request(clip);
  const poster = await worker.request(clip, { kind: "POSTER", atMs: 0 });
  expect(await worker.end(poster)).toMatchObject({ type: "task.completed.v1" });
  expect(worker.messaging.acked).toMatchObject([{ taskId: poster.taskId }]);
});

test("a machine without the tools for any kind is refused, with one sentence per missing tool", async () => {
  await using worker = await startWorker();
  const missing = new ToolNotFoundError("No ffmpeg was found. Install ffmpeg or set FFMPEG_PATH.");
  const options = { config: worker.config, jail: await testJail(), log: worker.log };
  const findPainter = () => Promise.reject(new ToolNotFoundError("The Manim painter is not installed."));
  const without = { findFfmpeg: () => Promise.reject(missing), findPainter };
  await expect(prepareKinds({ ...options, ...without })).rejects.toThrow(missing.message);
  await using kinds = await testKinds(options);
  expect(kinds.offer().kinds.map(({ name }) => name)).toEqual([
    ...["TRANSCODE", "ANIMATION", "COMPOSITION", "POSTER", "PREVIEW", "DOWNLOAD"],
  ]);
});

test("a worker for one kind offers no other", async () => {
  await using worker = await startWorker({ kinds: ["ANIMATION"] });
  const seen = worker.messaging.published.find((message) => message.type === "worker.seen.v1");
  expect(seen).toMatchObject({ offer: { kinds: [{ name: "ANIMATION" }] } });
});
