import { join } from "node:path";
import { audioTracksOf, type RenderState, type RenditionPart } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, decodedAudio, leadingSilence } from "../../testing/inspect.ts";
import { joinParts } from "../../testing/join-parts.ts";
import { allTools, makeClip, startWorker, temporaryDirectory, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";
import { make, shortProfile as profile } from "../../testing/short-renders.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

const picture = (seconds: number) => words(`-f lavfi -i testsrc2=s=160x90:r=25:d=${seconds}`);
const tone = (hertz: number, seconds: number) => words(`-f lavfi -i sine=${hertz}:r=48000:d=${seconds}`);
const encode = words("-c:v libx264 -preset ultrafast");

/** A whole number of video frames and of AAC frames. */
const lasts = 4.8;

/** English, German and a commentary in 5.1 without a language, at a frequency each. */
const threeTracks = (file: string, codec: string, surround = codec) =>
  makeClip(join(clips.path, file), [
    ...[...picture(lasts), ...tone(440, lasts), ...tone(1_000, lasts), ...tone(2_500, lasts)],
    ...[
      ...words("-map 0 -map 1 -map 2 -map 3"),
      ...encode,
      ...words(`-ac 2 -c:a ${codec} -c:a:2 ${surround} -ac:a:2 6`),
    ],
    ...words("-metadata:s:a:0 language=eng -metadata:s:a:1 language=ger -disposition:a:0 default"),
    ...words("-disposition:a:1 0 -disposition:a:2 comment"),
  ]);

const named = (state: RenderState) =>
  Object.fromEntries(audioTracksOf(state).map((audio) => [audio.name, audio.playlist?.key ?? ""]));

/** Whether a rendition contains a frequency: its level in a narrow band is near its total level. */
async function hasTone(path: string, hertz: number): Promise<boolean> {
  const { ffmpeg } = await testTools();
  const levelOf = async (filter: string) => {
    const args = [...words("-hide_banner -nostdin -nostats -i"), path, "-af", `${filter}volumedetect`];
    const { stderr } = await runTool(ffmpeg.path, [...args, ...words("-f null -")], { timeoutMs: 150_000 });
    return Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]);
  };
  return (await levelOf(`bandpass=f=${hertz}:width_type=h:w=60,`)) > (await levelOf("")) - 3;
}

const seconds = async (path: string) => (await decodedAudio(path)).samples / 48_000;

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools }) => {
    test("each source track becomes a full-length rendition with its own audio, rendered whole and in parts", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await threeTracks("three.mkv", "flac");
      const whole = await make(worker, clip);
      expect(audioTracksOf(whole)).toMatchObject([
        { name: "audio", label: "English", language: "en", channels: 2, playlist: { isComplete: true } },
        { name: "audio-2", label: "German", language: "de", channels: 2, playlist: { isComplete: true } },
        { name: "audio-3", label: "Track 3", language: null, role: "COMMENTARY", channels: 2 },
      ]);
      const keys = named(whole);
      for (const [name, hertz] of [
        ["audio", 440],
        ["audio-2", 1_000],
        ["audio-3", 2_500],
      ] as const) {
        const path = worker.store.path(keys[name] ?? "");
        expect(await hasTone(path, hertz), name).toBe(true);
        expect(await leadingSilence(path), name).toBe(0);
        expect(Math.abs((await seconds(path)) - lasts), name).toBeLessThan(0.02);
        expect(await complaints(path), name).toBe("");
      }

      const head = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
      expect(head.split?.renditions).toEqual(["90p", "audio", "audio-2", "audio-3"]);
      const rest = await make(worker, clip, {
        part: { kind: "AUDIO", startMs: 2_000, renditions: ["audio", "audio-2", "audio-3"] },
      });
      const parts: RenditionPart[] = [...(head.parts ?? []), ...(rest.parts ?? [])];
      for (const [name, key] of Object.entries(keys)) {
        const own = parts.filter(({ rendition }) => rendition === name);
        const joined = await joinParts(worker.store, own, name);
        expect(await decodedAudio(joined), name).toEqual(await decodedAudio(worker.store.path(key)));
      }
    }, 180_000);

    test("a track is padded with silence if it starts late or ends early", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await makeClip(join(clips.path, "uneven.mkv"), [
        ...[...picture(lasts), ...tone(440, lasts), ...words("-itsoffset 2"), ...tone(1_000, lasts - 2)],
        ...tone(2_500, 3),
        ...[...words("-map 0 -map 1 -map 2 -map 3"), ...encode, ...words("-c:a flac")],
      ]);
      const whole = await make(worker, clip);
      const [first, late, early] = audioTracksOf(whole);
      expect(late?.startMs).toBeGreaterThan(1_900);
      for (const audio of [first, late, early]) {
        const path = worker.store.path(audio?.playlist?.key ?? "");
        expect(Math.abs((await seconds(path)) - lasts), audio?.name).toBeLessThan(0.02);
        expect(await complaints(path), audio?.name).toBe("");
      }
      const silence = await leadingSilence(worker.store.path(late?.playlist?.key ?? ""));
      expect(Math.abs(silence - 2)).toBeLessThan(0.02);

      const head = await make(worker, clip, { part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 } });
      const rest = await make(worker, clip, { part: { kind: "AUDIO", startMs: 2_000 } });
      const parts: RenditionPart[] = [...(head.parts ?? []), ...(rest.parts ?? [])];
      for (const [name, key] of Object.entries(named(whole))) {
        const own = parts.filter(({ rendition }) => rendition === name);
        const joined = await joinParts(worker.store, own, name);
        expect(await decodedAudio(joined), name).toEqual(await decodedAudio(worker.store.path(key)));
      }
    }, 180_000);

    test("beside a copied source, AAC tracks are copied and other tracks are encoded", async () => {
      await using worker = await startWorker({}, tools);
      const clip = await threeTracks("copied.mp4", "aac", "ac3");
      const task = await worker.request(clip, {
        profile,
        part: { kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 },
      });
      const end = await worker.end(task);
      const keys = named(end.result);
      expect(end.result.variants.find(({ name }) => name === "source")).toMatchObject({ status: "READY" });
      // Copied tracks are complete; only the rest is for another task.
      expect(end.result.split?.renditions).toEqual(["90p", "audio-3"]);
      for (const [name, hertz] of [
        ["audio", 440],
        ["audio-2", 1_000],
      ] as const) {
        const path = worker.store.path(keys[name] ?? "");
        expect(await hasTone(path, hertz), name).toBe(true);
        expect(Math.abs((await seconds(path)) - lasts), name).toBeLessThan(0.02);
        expect(await complaints(path), name).toBe("");
      }
      expect(end.result.parts?.find(({ rendition }) => rendition === "audio-3")?.isComplete).toBe(true);
    }, 120_000);
  },
);

test("every track is normalized to the profile's loudness", async () => {
  await using worker = await startWorker();
  const clip = await makeClip(join(clips.path, "loud.mkv"), [
    ...[...picture(3), ...tone(440, 3), ...tone(1_000, 3)],
    ...[...words("-map 0 -map 1 -map 2 -filter:a:0 volume=-20dB -filter:a:1 volume=-6dB"), ...encode],
    ...words("-c:a ac3"),
  ]);
  const audio = { ...profile.audio, loudness: { targetLufs: -23 } };
  await make(worker, clip, { profile: { ...profile, audio } });
  const ends = worker.messaging.published.filter(({ type }) => type === "task.completed.v1");
  const commands = JSON.stringify(ends);
  const gains = [...commands.matchAll(/volume=(-?[\d.]+)dB/g)].map(([, gain]) => Number(gain));
  expect(gains).toHaveLength(2);
  // The measure weights frequencies slightly differently.
  expect(Math.abs((gains[0] ?? 0) - (gains[1] ?? 0) - 14)).toBeLessThan(1);
});

test("a retry renders only the missing tracks", async () => {
  await using worker = await startWorker();
  const clip = await threeTracks("again.mkv", "flac");
  const first = await make(worker, clip);
  const [audio = null, second] = audioTracksOf(first);
  const again = await make(worker, clip, {
    keep: { variants: first.variants, audio, ...(second && { audios: [second] }) },
  });
  expect(named(again)).toMatchObject({
    audio: audio?.playlist?.key,
    "audio-2": second?.playlist?.key,
  });
  expect(named(again)["audio-3"]).not.toBe(named(first)["audio-3"]);
  expect(audioTracksOf(again)[2]?.playlist?.isComplete).toBe(true);
});

test("tracks beyond the limit are reported, and the video still succeeds", async () => {
  await using worker = await startWorker();
  const tracks = 10;
  const clip = await makeClip(join(clips.path, "many.mkv"), [
    ...[...picture(1), ...tone(440, 1), ...words("-map 0")],
    ...Array.from({ length: tracks }, () => words("-map 1")).flat(),
    ...[...encode, ...words("-c:a ac3")],
  ]);
  const state = await make(worker, clip);
  expect(audioTracksOf(state).map(({ label }) => label)).toEqual(
    Array.from({ length: 8 }, (_, index) => `Track ${index + 1}`),
  );
  expect(state.source?.probe?.audios).toHaveLength(tracks);
});
