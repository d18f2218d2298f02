import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RenditionPart } from "@reelay/contracts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { words } from "../../media/ffmpeg/words.ts";
import { complaints, decodedAudio } from "../../testing/inspect.ts";
import { joinParts, shownAt } from "../../testing/join-parts.ts";
import { allTools, makeClip, startWorker, temporaryDirectory } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";
import { shortProfile as profile } from "../../testing/short-renders.ts";

let clips: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  clips = await temporaryDirectory();
});
afterAll(() => clips[Symbol.asyncDispose]());

/** Two concatenated recordings of three seconds each, with a beep 0.4 s after each second. */
async function changing(name: string, audioTracks: readonly string[], startSeconds = 0): Promise<string> {
  const pieces = await Promise.all(
    audioTracks.map(async (audio, index) => {
      const piece = await makeClip(join(clips.path, `${name}-${index}.ts`), [
        ...words("-f lavfi -i testsrc2=s=160x90:r=25:d=3"),
        ...words("-f lavfi -i aevalsrc=exprs='0.7*sin(2000*PI*t)*lt(mod(t+0.6,1),0.075)':d=3"),
        ...words(`-c:v libx264 -preset ultrafast -pix_fmt yuv420p ${audio}`),
        ...words(`-muxdelay 0 -muxpreload 0 -output_ts_offset ${startSeconds + index * 3} -f mpegts`),
      ]);
      return await readFile(piece);
    }),
  );
  const path = join(clips.path, `${name}.ts`);
  await writeFile(path, Buffer.concat(pieces));
  return path;
}

/** Times of the beeps on the stream's clock, in seconds. */
async function beepsOf(ffmpegPath: string, path: string): Promise<number[]> {
  const args = [...words("-nostdin -v info -i"), path, ...words("-af silencedetect=n=-20dB:d=0.3 -f null -")];
  const { stderr } = await runTool(ffmpegPath, args, { timeoutMs: 150_000 });
  const ends = [...stderr.matchAll(/silence_end: ([\d.]+)/g)].map(([, seconds]) => Number(seconds));
  return ends.slice(0, -1);
}

const changes: [string, string[]][] = [
  ["AC-3 from stereo to 5.1", ["-c:a ac3 -ac 2", "-c:a ac3 -ac 6"]],
  ["AAC from mono to stereo", ["-c:a aac -ac 1", "-c:a aac -ac 2"]],
  ["E-AC-3 from 5.1 to stereo", ["-c:a eac3 -ac 6", "-c:a eac3 -ac 2"]],
];

describe.each((await allTools()).map((tools) => ({ tools, version: tools.ffmpeg.version })))(
  "ffmpeg $version",
  ({ tools }) => {
    test.each(changes)(
      "audio keeps its timing when its format changes, rendered whole and in parts: %s",
      async (_what, audioTracks) => {
        await using worker = await startWorker({}, tools);
        const clip = await changing(
          `${tools.ffmpeg.version}-${changes.findIndex(([, of]) => of === audioTracks)}`,
          audioTracks,
          5,
        );
        const make = async (
          part?: { kind: "HEAD"; wholeUpToMs: number; headMs: number } | { kind: "AUDIO"; startMs: number },
        ) => {
          const end = await worker.end(await worker.request(clip, { profile, ...(part && { part }) }));
          if (end.type !== "task.completed.v1") throw new Error(JSON.stringify(end));
          return end.result;
        };
        const { audio } = await make();
        const seconds = audioTracks.length * 3;
        expect(Math.abs((audio?.playlist?.durationMs ?? 0) / 1000 - seconds)).toBeLessThan(0.05);
        const path = worker.store.path(audio?.playlist?.key ?? "");
        const beeps = await beepsOf(tools.ffmpeg.path, path);
        expect(beeps).toHaveLength(seconds);
        for (const [second, beep] of beeps.entries()) {
          // AAC in a transport stream is delayed by its encoder.
          expect(Math.abs(beep - second - 0.4), beeps.join(" ")).toBeLessThan(0.03);
        }
        const times = await shownAt(path, "a");
        const steps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(Math.max(...steps)).toBeLessThan(0.05);
        expect(await complaints(path)).toBe("");

        const head = await make({ kind: "HEAD", wholeUpToMs: 1_000, headMs: 2_000 });
        const rest = await make({ kind: "AUDIO", startMs: 2_000 });
        const parts: RenditionPart[] = [...(head.parts ?? []), ...(rest.parts ?? [])];
        const joined = await joinParts(
          worker.store,
          parts.filter(({ rendition }) => rendition === "audio"),
          "audio",
        );
        expect(await decodedAudio(joined)).toEqual(await decodedAudio(path));
      },
      120_000,
    );
  },
);
