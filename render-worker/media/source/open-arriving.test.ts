import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { acquireSource } from "../../kinds/ffmpeg/acquire-source.ts";
import { DirectoryStore } from "../../testing/directory-store.ts";

let directory: string;
let store: DirectoryStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-arriving-"));
  store = new DirectoryStore(directory);
  await mkdir(join(directory, ".arriving"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const source = {
  kind: "object",
  key: "videos/1/source/a.mp4",
  arriving: { uploadId: "up", sizeBytes: 10 },
} as const;
const acquire = () =>
  acquireSource(source, {
    store,
    jail: createNoJail(),
    directory,
    limits: { sourceBytes: 1_000 },
    fetch: { timeoutMs: 1_000, allowPrivate: [] },
    signal: new AbortController().signal,
  });
const arrive = (bytes: string) => writeFile(store.arrivingPath("up") ?? "", bytes);

test("the available part of a source being uploaded is read as of its opening, whatever happens to the upload", async () => {
  await arrive("01234");
  await using opened = await acquire();
  expect(opened).toMatchObject({ sizeBytes: 5, beginningOf: { sizeBytes: 10 } });
  expect(opened.isStored()).toBe(false);
  await arrive("0123456789");
  await rename(store.arrivingPath("up") ?? "", join(directory, "adopted"));
  expect(await (await fetch(opened.input)).text()).toBe("01234");
  await rm(join(directory, "adopted"));
  expect(await (await fetch(opened.input, { headers: { range: "bytes=2-3" } })).text()).toBe("23");
  // The response of a file that ends there.
  expect((await fetch(opened.input, { headers: { range: "bytes=7-" } })).status).toBe(416);
  expect(opened.reader.isAwaited()).toBe(false);
});

test("an upload that has completed meanwhile is read as a whole", async () => {
  await store.put(source.key, "0123456789");
  await using opened = await acquire();
  expect(opened.beginningOf).toBe(undefined);
  expect(opened.isStored()).toBe(true);
});

test("an upload that was abandoned meanwhile is a missing source", async () => {
  await expect(acquire()).rejects.toMatchObject({ reported: { code: "SOURCE_MISSING", retriable: true } });
});

test("a remote store has no source that is still being uploaded", async () => {
  await arrive("01234");
  store.isElsewhere = true;
  await expect(acquire()).rejects.toMatchObject({ reported: { code: "SOURCE_MISSING" } });
});
