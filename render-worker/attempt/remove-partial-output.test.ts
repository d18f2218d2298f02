import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import { expect, test } from "vitest";
import { emptyState, finishedKeys } from "../kinds/render/index.ts";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { removePartialOutput } from "./remove-partial-output.ts";

test("an attempt that lost its lease leaves the download and storyboard it reported", async () => {
  await using directory = await temporaryDirectory();
  const store = new DirectoryStore(join(directory.path, "store"));
  const ref = { videoId: "v", attemptId: "a" };
  const key = (folder: string, file: string) => objectKeys.attemptFile("v", "a", folder, file);
  const download = { key: key("download", "video.mp4"), variant: "144p", sizeBytes: 1 };
  const vttKey = key("storyboard", "storyboard.vtt");
  const storyboard = { vttKey, spriteKeys: [key("storyboard", "0.jpg")], intervalMs: 1_000 };
  const unfinished = key("720p", "0.m4s");
  for (const stored of [download.key, vttKey, unfinished]) await store.put(stored, "x");
  await removePartialOutput(store, ref, finishedKeys({ ...emptyState, download, storyboard }), {
    kind: "LEASE_LOST",
    keep: undefined,
  });
  expect(await store.head(download.key)).not.toBeNull();
  expect(await store.head(vttKey)).not.toBeNull();
  expect(await store.head(unfinished)).toBeNull();
});

test.each(["CANCELED", "INTERRUPTED"] as const)(
  "unfinished output stays at %s because the master playlist may reference it",
  async (kind) => {
    await using directory = await temporaryDirectory();
    const store = new DirectoryStore(join(directory.path, "store"));
    const unfinished = objectKeys.attemptFile("v", "a", "720p", "0.m4s");
    await store.put(unfinished, "x");
    await removePartialOutput(store, { videoId: "v", attemptId: "a" }, [], { kind });
    expect(await store.head(unfinished)).not.toBeNull();
  },
);
