import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import { expect, test } from "vitest";
import { emptyState, finishedKeys } from "../kinds/transcode/state/index.ts";
import { DirectoryStore } from "../testing/directory-store.ts";
import { temporaryDirectory } from "../testing/kit.ts";
import { removePartialOutput } from "./remove-partial-output.ts";

test("a canceled attempt leaves the download and the storyboard that it has told of", async () => {
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
    kind: "CANCELED",
  });
  expect(await store.head(download.key)).not.toBeNull();
  expect(await store.head(vttKey)).not.toBeNull();
  expect(await store.head(unfinished)).toBeNull();
});
