/**
 * What an inspection finds, over each store: the local one is read, Cloud Storage vouches by its own
 * checksums.
 */
import { formatMediaPlaylist, objectKeys } from "@reelay/contracts";
import { crc32cOf, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adapters } from "../../packages/object-store/testing/adapters.ts";
import type { InspectedVideo } from "./expected-objects.ts";
import { inspectVideo } from "./inspect-video.ts";

const attemptId = "0192f0c4-6f0e-4c4e-9b1a-0d6f6a4f1a04";
const inspect = async (store: ObjectStore, video: InspectedVideo, isDeep = false) =>
  await inspectVideo(
    { store, pace: () => Promise.resolve(), isDeep, signal: new AbortController().signal },
    video,
    4_000,
  );

describe.each(adapters)("$name", ({ open, isSkipped }) => {
  let store: ObjectStore;
  let close: () => Promise<void>;
  let number = 0;
  beforeAll(async () => {
    if (!isSkipped) ({ store, close } = await open());
  });
  afterAll(async () => {
    if (!isSkipped) await close();
  });

  /** A stored video with one variant of four segments. */
  async function storedVideo() {
    const id = `0192f0c4-6f0e-7c4e-9b1a-00000000000${++number}`;
    const keyOf = (file: string) => objectKeys.attemptFile(id, attemptId, "360p", file);
    const names = ["0.m4s", "1.m4s", "2.m4s", "3.m4s"];
    const segments = names.map((uri) => ({ uri, durationMs: 4_000 }));
    const playlist = formatMediaPlaylist(
      { segments, isComplete: true },
      { initUri: "init.mp4", segmentDurationMs: 4_000 },
    );
    const contents = { "index.m3u8": playlist, "init.mp4": "init" } as Record<string, string>;
    for (const name of names) contents[name] = `segment ${name}`;
    const files: [string, number, string][] = [];
    for (const [name, text] of Object.entries(contents)) {
      const stored = await store.put(keyOf(name), text);
      files.push([name, stored.sizeBytes, await crc32cOf(text)]);
    }
    const published = {
      ...{ key: keyOf("index.m3u8"), codecs: "avc1.64001e", bandwidthBps: 1, averageBandwidthBps: 1 },
      ...{ segments: 4, durationMs: 16_000, sizeBytes: 60, isComplete: true },
    };
    const video = {
      ...{ id, durationMs: 16_000, audioTracks: [], captionTracks: [], parts: [], damages: [] },
      ...{ storyboard: null, assets: [] },
      variants: [{ name: "360p", status: "READY", playlist: published }],
      storedFolders: [{ attemptId, folder: "360p", files }],
    } as unknown as InspectedVideo;
    return { video, keyOf };
  }

  test.skipIf(isSkipped)(
    "an intact video has no findings, and its bytes are read only if the store has no checksums",
    async () => {
      const { video, keyOf } = await storedVideo();
      const { crc32c } = (await store.head(keyOf("0.m4s"))) ?? {};
      const shallow = await inspect(store, video);
      expect(shallow).toMatchObject({ findings: [], learned: [], objects: 6 });
      expect(shallow.bytesRead > 0).toBe(crc32c === null);
      expect((await inspect(store, video, true)).bytesRead).toBeGreaterThan(0);
    },
  );

  test.skipIf(isSkipped)(
    "altered, truncated, missing and swapped objects are reported with their positions",
    async () => {
      const { video, keyOf } = await storedVideo();
      await store.put(keyOf("0.m4s"), "segment 1.m4s");
      await store.put(keyOf("1.m4s"), "segment 0.m4s");
      await store.put(keyOf("2.m4s"), "segm");
      await store.delete(keyOf("3.m4s"));
      await store.put(keyOf("init.mp4"), "iniT");
      const { findings } = await inspect(store, video);
      const found = findings.map(({ key, code, startMs, endMs }) => [
        key.split("/").at(-1),
        code,
        startMs,
        endMs,
      ]);
      expect(found).toEqual([
        ["init.mp4", "SEGMENT_DAMAGED", 0, 16_000],
        ["0.m4s", "SEGMENT_DAMAGED", 0, 4_000],
        ["1.m4s", "SEGMENT_DAMAGED", 4_000, 8_000],
        ["2.m4s", "SEGMENT_DAMAGED", 8_000, 12_000],
        ["3.m4s", "SEGMENT_MISSING", 12_000, 16_000],
      ]);
    },
  );

  test.skipIf(isSkipped)("an altered or missing playlist damages the whole rendition", async () => {
    const { video, keyOf } = await storedVideo();
    const whole = { subject: "360p", startMs: 0, endMs: 16_000 };
    await store.put(keyOf("index.m3u8"), "#EXTM3U\n");
    expect((await inspect(store, video)).findings).toMatchObject([{ ...whole, code: "SEGMENT_DAMAGED" }]);
    await store.delete(keyOf("index.m3u8"));
    expect((await inspect(store, video)).findings).toMatchObject([{ ...whole, code: "SEGMENT_MISSING" }]);
  });

  test.skipIf(isSkipped)(
    "objects without a recorded checksum are recorded, and missing objects are still reported",
    async () => {
      const { video, keyOf } = await storedVideo();
      await store.delete(keyOf("2.m4s"));
      const { findings, learned } = await inspect(store, { ...video, storedFolders: [] });
      expect(findings).toMatchObject([{ key: keyOf("2.m4s"), code: "SEGMENT_MISSING" }]);
      expect(learned).toHaveLength(4);
      expect(learned[0]).toEqual({
        key: keyOf("init.mp4"),
        sum: { sizeBytes: 4, crc32c: await crc32cOf("init") },
      });
    },
  );
});
