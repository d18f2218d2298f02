import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32cOf, createLocalObjectStore, type ObjectStore } from "@reelay/object-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeOnce } from "./store-once.ts";
import { createSummingStore } from "./summing-store.ts";

const prefix = "videos/v/attempts/a/";
const { signal } = new AbortController();
let directory = "";
let local: ObjectStore;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reelay-summing-"));
  local = createLocalObjectStore({ directory: join(directory, "store"), publicBaseUrl: "http://store/" });
});
afterAll(async () => {
  await local[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

test("an attempt knows the checksum of everything it stored, folder by folder", async () => {
  const summing = createSummingStore(local, prefix);
  const { store } = summing;
  const path = join(directory, "segment");
  await writeFile(path, "segment");
  await store.adopt(`${prefix}720p/00000.m4s`, path);
  await store.put(`${prefix}720p/index.m3u8`, "short");
  await store.put(`${prefix}720p/index.m3u8`, "longer");
  await store.put(`${prefix}poster.jpg`, Buffer.from("poster"));
  await store.put(`${prefix}360p/00000.m4s`, "removed with its folder");
  await store.put(`${prefix}480p/00000.m4s`, "removed");
  await store.put("videos/v/source/clip.mp4", "a source is not the attempt's");
  await store.deletePrefix(`${prefix}360p/`);
  await store.delete(`${prefix}480p/00000.m4s`);
  expect(summing.folders()).toEqual([
    {
      folder: "720p",
      files: [
        ["00000.m4s", 7, await crc32cOf("segment")],
        ["index.m3u8", 6, await crc32cOf("longer")],
      ],
    },
    { folder: "", files: [["poster.jpg", 6, await crc32cOf("poster")]] },
  ]);
});

test("an object whose response was lost also has its checksum", async () => {
  let isLost = false;
  const lossy: ObjectStore = {
    ...local,
    async put(...call) {
      const stored = await local.put(...call);
      if (isLost) return stored;
      isLost = true;
      throw new Error("The connection was reset.");
    },
  };
  const summing = createSummingStore(lossy, prefix);
  const { store } = summing;
  const key = `${prefix}240p/init.mp4`;
  await storeOnce(store, key, Buffer.from("init"), { signal });
  expect(summing.folders()).toEqual([{ folder: "240p", files: [["init.mp4", 4, await crc32cOf("init")]] }]);
});

test("bytes corrupted on their way into the store are removed and reported, never published", async () => {
  const altering: ObjectStore = {
    ...local,
    put: async (...call) => ({ ...(await local.put(...call)), crc32c: await crc32cOf("other") }),
  };
  const summing = createSummingStore(altering, prefix);
  const { store } = summing;
  const key = `${prefix}144p/00000.m4s`;
  await expect(store.put(key, "segment")).rejects.toMatchObject({
    reported: { code: "STORED_DAMAGED", scope: "STORAGE", retriable: true },
  });
  expect(await local.head(key)).toBeNull();
  expect(summing.folders()).toEqual([]);
});
