/** What the API writes into a workspace's index, and what others could: only the former names a chunk. */
import { createHash } from "node:crypto";
import { type ChunkEntry, chunkIdentity, type RenditionPart } from "@reelay/contracts";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { DirectoryStore } from "../../testing/directory-store.ts";
import { temporaryDirectory } from "../../testing/kit.ts";
import { createChunkIndex } from "./chunk-index.ts";

const signal = AbortSignal.any([]);
const drawn = {
  ...{ painter: "template 1", sha256: "a".repeat(64), startFrame: 0, frames: 100 },
  ...{ lastAnimation: 0, firstFrame: "0".repeat(16), animations: ["0".repeat(16)] },
};
const recipes = new Map([["144p", "b".repeat(64)]]);
const identity = chunkIdentity(drawn, recipes);
const keyOf = (prefix: string, of = identity): string =>
  prefix + createHash("sha256").update(of).digest("hex");

const part: RenditionPart = {
  ...{ rendition: "144p", startMs: 0, endMs: 10_000, isComplete: true, recipe: "b".repeat(64), drawn },
  ...{ initKey: "videos/one/attempts/first/144p/init.mp4", initSha256: "c".repeat(64) },
  codecs: "avc1.42c00b",
  segments: [{ key: "videos/one/attempts/first/144p/00000.m4s", durationMs: 10_000, sizeBytes: 10 }],
};
const entry: ChunkEntry = { version: 1, identity, parts: [part], sums: {} };

async function open() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const store = new DirectoryStore(directory.path);
  const indexOf = (prefix: string) => createChunkIndex(store, { prefix, log: pino({ enabled: false }) });
  return {
    store,
    find: async (prefix = "chunks/w1/") => await indexOf(prefix).find(drawn, { recipes, signal }),
  };
}

test("an entry of the workspace is found, and none of another workspace", async () => {
  const { store, find } = await open();
  expect(await find()).toBeNull();
  await store.put(keyOf("chunks/w1/"), JSON.stringify(entry));
  expect(await find()).toMatchObject({ drawn: { sha256: drawn.sha256 } });
  expect(await find("chunks/w2/")).toBeNull();
});

const withKey = (key: string): ChunkEntry => ({
  ...entry,
  parts: [{ ...part, segments: part.segments.map((one) => ({ ...one, key })) }],
});

test.each<[string, string | ChunkEntry]>([
  ["no JSON", "chunk"],
  ["another JSON", "[]"],
  ["nothing", ""],
  ["another version", JSON.stringify({ ...entry, version: 2 })],
  ["two megabytes", JSON.stringify({ ...entry, sums: { x: "y".repeat(2 * 1024 ** 2) } })],
  [
    "another chunk's identity",
    { ...entry, identity: chunkIdentity({ ...drawn, sha256: "d".repeat(64) }, recipes) },
  ],
  ["another recipe", { ...entry, parts: [{ ...part, recipe: "e".repeat(64) }] }],
  ["another painter", { ...entry, parts: [{ ...part, drawn: { ...drawn, painter: "template 2" } }] }],
  ["an unfinished part", { ...entry, parts: [{ ...part, isComplete: false }] }],
  ["no parts", { ...entry, parts: [] }],
  ["parts of two videos", withKey("videos/two/attempts/first/144p/00000.m4s")],
  ["an object that is no video's", withKey("sources/one/source.mp4")],
  ["a path that leads out of the video", withKey("videos/one/../../chunks/w2/secret")],
  ["a path that leads out of the store", withKey("videos/one/../../../etc/passwd")],
  ["an empty step", withKey("videos/one//etc/passwd")],
  ["a backslash", withKey("videos/one/..\\..\\secret")],
  ["a zero byte", withKey("videos/one/a\0b")],
])("an entry with %s leads nowhere", async (_what, content) => {
  const { store, find } = await open();
  await store.put(keyOf("chunks/w1/"), typeof content === "string" ? content : JSON.stringify(content));
  expect(await find()).toBeNull();
});
