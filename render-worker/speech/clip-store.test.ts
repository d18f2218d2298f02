import { copyFile, truncate, utimes } from "node:fs/promises";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { createClipStore } from "./clip-store.ts";
import type { SpokenClip } from "./speaker.ts";

const signal = AbortSignal.any([]);
const clip: SpokenClip = {
  ...{ samples: Buffer.from("samples\nof ten"), sampleRate: 16_000, durationMs: 7 / 16 },
  words: [{ text: "Zürich\n", startMs: 0, endMs: 0.4 }],
};

async function open() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const store = new DirectoryStore(directory.path);
  return { store, clips: createClipStore(store, { prefix: "speech/w1/", log: pino({ enabled: false }) }) };
}

test("only what was stored under a key is its clip", async () => {
  const { store, clips } = await open();
  expect(await clips.read("one", signal)).toBeNull();
  await clips.write("one", clip, signal);
  expect(await clips.read("one", signal)).toEqual(clip);

  const path = store.path("speech/w1/one");
  await copyFile(path, store.path("speech/w1/other"));
  expect(await clips.read("other", signal)).toBeNull();
  await truncate(path, 130);
  expect(await clips.read("one", signal)).toBeNull();
  const foreign = { ...clip, samples: Buffer.from("altered") };
  for (const content of ["no line", "", "{}\n", "[]\nsamples", '{"key":"one"}\nsamples', "null\n"]) {
    await store.put("speech/w1/one", content);
    expect([content, await clips.read("one", signal)]).toEqual([content, null]);
  }
  // Another workspace's clip, under the same key: another prefix is never read.
  const theirs = createClipStore(store, { prefix: "speech/w2/", log: pino({ enabled: false }) });
  await theirs.write("one", foreign, signal);
  expect(await clips.read("one", signal)).toBeNull();
});

test("a clip in use stays young, so that the API keeps it", async () => {
  const { store, clips } = await open();
  await clips.write("one", clip, signal);
  await clips.read("one", signal);
  expect(store.writes).toHaveLength(1);
  const weekAgo = Date.now() / 1000 - 7 * 86_400;
  await utimes(store.path("speech/w1/one"), weekAgo, weekAgo);
  expect(await clips.read("one", signal)).toEqual(clip);
  expect(store.writes).toHaveLength(2);
  expect(await clips.read("one", signal)).toEqual(clip);
});
