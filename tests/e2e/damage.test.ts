/**
 * Stored segments are altered, cut, removed and swapped behind the system's back: it finds, shows and mends
 * each.
 */
import { copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PublishedPlaylist, readMediaPlaylist } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { complaints } from "../../render-worker/testing/inspect.ts";
import { eventually, type System, startSystem } from "../kit/index.ts";
import { scrubNow } from "../kit/scrub.ts";
import { makeTestClip } from "../kit/test-clip.ts";

let system: System;
beforeAll(async () => {
  system = await startSystem({ workers: 2, wholeUpToMs: 10_000 });
});
afterAll(() => system[Symbol.asyncDispose]());

const keyOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1] ?? "";
const pathOf = (key: string) => join(system.storeDirectory, key);

const scrub = (id: string, db: PrismaClient = system.db) =>
  scrubNow({ db, storeDirectory: system.storeDirectory }, keyOf(id));

async function makeVideo(title: string, seconds: number): Promise<string> {
  const options = { seconds, size: "320x180", isStreamable: false };
  const path = await makeTestClip(join(system.directory, `${title}.mp4`), options);
  const id = await system.client.upload(path, { title });
  await system.client.watch(id);
  // Quality is measured afterwards, by reading the same segments.
  await eventually(
    async () => (await system.db.job.count({ where: { videoId: keyOf(id), endedAt: null } })) === 0,
    "the job has ended",
  );
  return id;
}

/** Keys of a rendition's segments and initialisation segments, as its playlist names them. */
async function namedBy(id: string, name: string): Promise<{ segments: string[]; inits: string[] }> {
  const videoId = keyOf(id);
  const row =
    name === "audio"
      ? await system.db.audioTrack.findFirstOrThrow({ where: { videoId, name } })
      : await system.db.variant.findFirstOrThrow({ where: { videoId, name } });
  const { key } = PublishedPlaylist.parse(row.playlist);
  const media = readMediaPlaylist(await readFile(pathOf(key), "utf8"));
  const toKey = (uri: string) => join(key, "..", uri);
  return { segments: media.segments.map(({ uri }) => toKey(uri)), inits: media.initUris.map(toKey) };
}

async function flipBytes(key: string): Promise<void> {
  const bytes = await readFile(pathOf(key));
  for (let at = Math.floor(bytes.length / 3); at < (bytes.length * 2) / 3; at += 1)
    bytes[at] = ~(bytes[at] ?? 0);
  await writeFile(pathOf(key), bytes);
}

const look = async (id: string) => {
  const query = `query ($id: ID!) { video(id: $id) { status damages { code subject objects repair spans { startMs endMs } message }
    variants { name damage { code } } playback { hlsUrl } } }`;
  return (await system.client.ask(query, { id })).data.video;
};

async function untilMended(id: string) {
  return await eventually(
    async () => {
      const video = await look(id);
      return video.damages.length === 0 ? video : false;
    },
    "the video is mended",
    { timeoutMs: 120_000 },
  );
}

const eventsOf = (id: string) =>
  system.db.event.findMany({
    where: { videoId: keyOf(id), type: { in: ["video.damaged", "video.repaired"] } },
    orderBy: { id: "asc" },
    select: { type: true, data: true },
  });

test("only the damaged parts of a long video are rendered again, and it plays from start to end", async () => {
  const id = await makeVideo("long", 26);
  const before = await namedBy(id, "180p");
  const other = await namedBy(id, "144p");
  const audio = await namedBy(id, "audio");
  await flipBytes(before.segments[5] ?? "");
  await rm(pathOf(other.segments.at(-1) ?? ""));
  await truncate(pathOf(other.inits[0] ?? ""), 100);
  await truncate(pathOf(audio.segments[4] ?? ""), 1_000);
  expect(await complaints((await look(id)).playback.hlsUrl, ["0:v", "0:a"])).not.toBe("");

  await scrub(id);
  const damaged = await look(id);
  expect(damaged.status).toBe("READY");
  const found = damaged.damages.map(({ subject, code, objects }: Record<string, unknown>) => [
    subject,
    code,
    objects,
  ]);
  expect(found.toSorted()).toEqual([
    ["144p", "SEGMENT_MISSING", 2],
    ["180p", "SEGMENT_DAMAGED", 1],
    ["audio", "SEGMENT_DAMAGED", 1],
  ]);
  expect(damaged.damages.find(({ subject }: { subject: string }) => subject === "180p")).toMatchObject({
    repair: "REPAIRING",
    spans: [{ startMs: 12_000, endMs: 16_000 }],
    message: "1 segment is damaged in 180p (0:12 to 0:16). It is being repaired; the video remains playable.",
  });
  expect(damaged.variants).toContainEqual({ name: "180p", damage: { code: "SEGMENT_DAMAGED" } });

  const mended = await untilMended(id);
  expect(mended.status).toBe("READY");
  expect(await complaints(mended.playback.hlsUrl, ["0:v", "0:a"])).toBe("");
  const after = await namedBy(id, "180p");
  expect(after.segments).toHaveLength(before.segments.length);
  const kept = after.segments.filter((key) => before.segments.includes(key));
  expect(kept.length).toBeGreaterThan(before.segments.length / 2);
  expect(kept.length).toBeLessThan(before.segments.length);
  // Viewers who loaded the old playlist continue with it.
  for (const key of before.segments) expect((await readFile(pathOf(key))).length).toBeGreaterThan(0);
  const events = await eventsOf(id);
  expect(events.map(({ type }) => type)).toEqual([
    ...Array.from({ length: 3 }, () => "video.damaged"),
    "video.repaired",
  ]);
  expect(await system.db.job.findMany({ where: { videoId: keyOf(id), kind: "REPAIR" } })).toMatchObject([
    { status: "SUCCEEDED" },
  ]);
  await scrub(id);
  expect((await look(id)).damages).toEqual([]);
});

test("only the damaged variants of a short video are rendered again, and the others are unaffected", async () => {
  const id = await makeVideo("short", 9);
  const small = await namedBy(id, "144p");
  const large = await namedBy(id, "180p");
  // Both are whole segments of the video, in the wrong places.
  const [first = "", second = ""] = large.segments;
  const aside = join(system.directory, "aside");
  await copyFile(pathOf(first), aside);
  await copyFile(pathOf(second), pathOf(first));
  await copyFile(aside, pathOf(second));
  await scrub(id);
  expect((await look(id)).damages).toMatchObject([{ subject: "180p", code: "SEGMENT_DAMAGED", objects: 2 }]);
  const mended = await untilMended(id);
  expect(await complaints(mended.playback.hlsUrl, ["0:v", "0:a"])).toBe("");
  expect(await namedBy(id, "144p")).toEqual(small);
  const again = await namedBy(id, "180p");
  expect(again.segments.filter((key) => large.segments.includes(key))).toEqual([]);
  await scrub(id);
  expect((await look(id)).damages).toEqual([]);
});

test("damaged posters and storyboards are rendered again, for short and long videos; captions cannot be", async () => {
  for (const seconds of [6, 14]) {
    const id = await makeVideo(`assets-${seconds}`, seconds);
    const videoId = keyOf(id);
    const read = async () => {
      const { storyboard } = await system.db.video.findUniqueOrThrow({ where: { id: videoId } });
      const poster = await system.db.asset.findFirstOrThrow({ where: { videoId, kind: "POSTER" } });
      return { posterKey: poster.key, vttKey: (storyboard as { vttKey: string }).vttKey };
    };
    const before = await read();
    await rm(pathOf(before.posterKey));
    await flipBytes(before.vttKey);
    const captions = `mutation ($input: SetCaptionsInput!) { r: setCaptions(input: $input) { __typename ... on Error { message } } }`;
    const text = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n";
    const input = { videoId: id, language: "en", kind: "SUBTITLES", label: "English", content: text };
    expect((await system.client.ask(captions, { input })).data.r).toEqual({ __typename: "CaptionTrack" });
    const { key } = await system.db.captionTrack.findFirstOrThrow({ where: { videoId } });
    await rm(pathOf(key));
    await scrub(id);
    const found = (await look(id)).damages.map(({ subject, code }: Record<string, string>) => [
      subject,
      code,
    ]);
    expect(found.toSorted()).toEqual([
      ["captions", "OBJECT_MISSING"],
      ["poster", "OBJECT_MISSING"],
      ["storyboard", "OBJECT_DAMAGED"],
    ]);
    const left = await eventually(
      async () => {
        const { damages } = await look(id);
        return damages.length === 1 ? damages : false;
      },
      "poster and storyboard are mended",
      { timeoutMs: 90_000 },
    );
    expect(left).toMatchObject([{ subject: "captions", repair: "IMPOSSIBLE" }]);
    const after = await read();
    for (const made of Object.values(after)) expect((await readFile(pathOf(made))).length).toBeGreaterThan(0);
    expect(Object.values(after)).not.toContain(before.posterKey);
    expect(Object.values(after)).not.toContain(before.vttKey);
  }
});

test("a download of a damaged segment fails with the reason, and succeeds after the repair", async () => {
  const id = await makeVideo("download", 9);
  await flipBytes((await namedBy(id, "180p")).segments[1] ?? "");
  const request = `mutation ($id: ID!) { r: requestDownload(input: { videoId: $id }) { __typename } }`;
  const untilEnded = async (status: string) =>
    await eventually(
      async () =>
        (await system.db.job.findFirst({
          where: { videoId: keyOf(id), kind: "DOWNLOAD", status: status as "FAILED" },
        })) ?? false,
      `a download has ${status}`,
      { timeoutMs: 60_000 },
    );
  await system.client.ask(request, { id });
  expect(await untilEnded("FAILED")).toMatchObject({ error: { code: "SEGMENT_DAMAGED" } });
  expect((await look(id)).damages).toMatchObject([{ subject: "180p", repair: "WAITING" }]);
  const repair = `mutation ($id: ID!) { r: repairVideo(input: { id: $id }) { __typename ... on Error { code message } } }`;
  expect((await system.client.ask(repair, { id })).data.r).toEqual({ __typename: "Video" });
  await untilMended(id);
  await system.client.ask(request, { id });
  await untilEnded("SUCCEEDED");
});

test("damage is reported as irreparable if the source is gone", async () => {
  const id = await makeVideo("gone", 4);
  const { objectKey } = await system.db.source.findUniqueOrThrow({ where: { videoId: keyOf(id) } });
  await rm(pathOf(objectKey));
  await rm(pathOf((await namedBy(id, "180p")).segments[0] ?? ""));
  await scrub(id);
  expect((await look(id)).damages).toMatchObject([
    { code: "SEGMENT_MISSING", repair: "IMPOSSIBLE", message: expect.stringMatching(/source is no longer/) },
  ]);
  const repair = `mutation ($id: ID!) { r: repairVideo(input: { id: $id }) { __typename ... on Error { code } } }`;
  expect((await system.client.ask(repair, { id })).data.r).toMatchObject({ code: "SOURCE_GONE" });
});

test("a scrub leaves healthy videos unchanged and records missing checksums", async () => {
  const id = await makeVideo("healthy", 4);
  const revision = async () =>
    (await system.db.video.findUniqueOrThrow({ where: { id: keyOf(id) } })).revision;
  const before = await revision();
  await scrub(id);
  expect(await revision()).toBe(before);
  expect(await eventsOf(id)).toEqual([]);
  expect((await look(id)).damages).toEqual([]);
  // Objects of a previous version have no checksums: the first scrub records them, the next one compares.
  await system.db.storedFolder.deleteMany({ where: { videoId: keyOf(id) } });
  await scrub(id);
  expect(await system.db.storedFolder.count({ where: { videoId: keyOf(id) } })).toBeGreaterThan(1);
  await flipBytes((await namedBy(id, "180p")).segments[0] ?? "");
  await scrub(id);
  expect((await look(id)).damages).toMatchObject([{ subject: "180p" }]);
  await untilMended(id);
});
