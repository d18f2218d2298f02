import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import HLS from "hls-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { attemptOf, createProjection } from "../testing/projection.ts";
import { removeCaptions, setCaptions } from "./index.ts";
import type { CaptionsInput } from "./set-captions.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const vtt = (text: string) => `WEBVTT\n\n00:01.000 --> 00:02.000\n${text}\n`;
const set = (videoId: string, input: Partial<CaptionsInput> = {}) =>
  setCaptions(system.operations, system.viewer, {
    ...{ videoId, language: "en", kind: "SUBTITLES", isDefault: false, content: vtt("Hello") },
    ...input,
  });

async function playing() {
  const ref = await system.createQueuedVideo();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1));
  return { ...ref, attempt };
}

const master = async (videoId: string) => (await system.stored(objectKeys.master(videoId))) ?? "";
const stored = async (videoId: string) =>
  (await Array.fromAsync(system.store.list(`videos/${videoId}/captions/`))).map(({ key }) => key);
const happened = async (videoId: string) =>
  (
    await system.db.event.findMany({
      where: { videoId, type: { startsWith: "captions." } },
      orderBy: { id: "asc" },
    })
  ).map(({ type }) => type);

test("captions appear in the master playlist immediately, with a playlist of their own that players accept", async () => {
  const { videoId } = await playing();
  await set(videoId, { language: "de-at", isDefault: true });
  await set(videoId, { kind: "CAPTIONS", label: "English" });
  const text = await master(videoId);
  const [german, english] = await system.db.captionTrack.findMany({
    where: { videoId },
    orderBy: { language: "asc" },
  });
  const folder = (key = "") => key.split("/").at(-2);
  const lines = text.split("\n").filter((line) => line.includes("TYPE=SUBTITLES"));
  expect(lines).toEqual([
    `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="Österreichisches Deutsch",LANGUAGE="de-AT",DEFAULT=YES,AUTOSELECT=YES,FORCED=NO,URI="../captions/${folder(german?.key)}/index.m3u8"`,
    `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="captions",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound",URI="../captions/${folder(english?.key)}/index.m3u8"`,
  ]);
  HLS.setOptions({ strictMode: true });
  const parsed = HLS.parse(text);
  if (!parsed.isMasterPlaylist) throw new Error("no master playlist");
  expect(parsed.variants.map(({ subtitles }) => subtitles.length)).toEqual(parsed.variants.map(() => 2));
  const playlist = await system.stored(objectKeys.captionsPlaylist(videoId, folder(german?.key) ?? ""));
  expect(() => HLS.parse(playlist ?? "")).not.toThrow();
  expect(await happened(videoId)).toEqual(["captions.added", "captions.added"]);
});

test("captions added before the video is playable appear in its playlists once it is", async () => {
  const ref = await system.createQueuedVideo();
  await set(ref.videoId);
  expect(await system.stored(objectKeys.master(ref.videoId))).toBeNull();
  const attempt = attemptOf(ref);
  await system.apply(attempt.started);
  await system.apply(attempt.advanced(1));
  expect(await master(ref.videoId)).toContain('NAME="English"');
  await system.apply(attempt.completed(2));
  expect(await master(ref.videoId)).toContain('SUBTITLES="captions"');
});

test("captions of the same language and kind replace the old ones, and a repeat changes nothing", async () => {
  const { videoId } = await playing();
  const first = await set(videoId);
  const before = await stored(videoId);
  expect(await set(videoId)).toEqual(first);
  expect(await stored(videoId)).toEqual(before);
  expect(await set(videoId, { content: vtt("Bye") })).toEqual(first);
  const after = await stored(videoId);
  expect(after).toHaveLength(2);
  expect(after).not.toEqual(before);
  await set(videoId, { content: vtt("Bye"), label: "Not by name" });
  expect(await stored(videoId)).toEqual(after);
  expect(await master(videoId)).toContain('NAME="Not by name"');
  expect(await happened(videoId)).toEqual(["captions.added", "captions.replaced", "captions.replaced"]);
});

test("at most one track is the default, and track names are unique", async () => {
  const { videoId } = await playing();
  await set(videoId, { isDefault: true, label: "Text" });
  await set(videoId, { language: "fr", isDefault: true, label: "Text" });
  const defaults = await system.db.captionTrack.findMany({ where: { videoId, isDefault: true } });
  expect(defaults.map(({ language }) => language)).toEqual(["fr"]);
  const names = [...(await master(videoId)).matchAll(/TYPE=SUBTITLES.*NAME="([^"]+)"/g)].map(
    ([, name]) => name,
  );
  expect(names).toEqual(["Text", "Text (en)"]);
});

test("removed captions disappear from the playlists and the store", async () => {
  const { videoId } = await playing();
  const { captionTrackId } = await set(videoId);
  await removeCaptions(system.operations, system.viewer, { captionTrackId });
  expect(await master(videoId)).not.toMatch(/SUBTITLES/);
  expect(await stored(videoId)).toEqual([]);
  expect(await happened(videoId)).toEqual(["captions.added", "captions.removed"]);
  await expect(removeCaptions(system.operations, system.viewer, { captionTrackId })).rejects.toMatchObject({
    code: "CAPTIONS_NOT_FOUND",
  });
});

test.each<[string, Partial<CaptionsInput>, string]>([
  ["an invalid language", { language: "english please" }, "CAPTION_LANGUAGE_INVALID"],
  ["a label with a quote", { label: 'the "real" one' }, "CAPTION_LABEL_INVALID"],
  ["an empty label", { label: " " }, "CAPTION_LABEL_INVALID"],
  ["a text without captions", { content: "Hello" }, "CAPTIONS_INVALID"],
])("%s is refused and stores nothing", async (_what, input, code) => {
  const { videoId } = await system.createQueuedVideo();
  await expect(set(videoId, input)).rejects.toMatchObject({ code });
  expect(await stored(videoId)).toEqual([]);
});

test("a workspace over its storage quota cannot store captions", async () => {
  const { videoId } = await playing();
  const setLimit = (maxStoredBytes: number | null) =>
    system.db.workspace.update({ where: { id: system.viewer.workspaceId }, data: { maxStoredBytes } });
  await setLimit(0);
  await expect(set(videoId)).rejects.toMatchObject({ code: "QUOTA_EXCEEDED", quota: "STORED_BYTES" });
  expect(await stored(videoId)).toEqual([]);
  await setLimit(null);
  await set(videoId);
});

test("captions cannot be added to another workspace's video", async () => {
  const { videoId } = await system.createQueuedVideo();
  const stranger = { ...system.viewer, workspaceId: randomUUID() };
  const input = { videoId, language: "en", kind: "SUBTITLES" as const, isDefault: false, content: vtt("Hi") };
  await expect(setCaptions(system.operations, stranger, input)).rejects.toMatchObject({
    code: "VIDEO_NOT_FOUND",
  });
  expect(await stored(videoId)).toEqual([]);
});
