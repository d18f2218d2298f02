/** The reports of workers on a long video: a head, chunks and the rest of the audio. */
import { readFileSync } from "node:fs";
import {
  objectKeys,
  RenderState,
  type RenditionPart,
  TaskAdvanced,
  type TranscodeTaskParams,
  transcode,
} from "@reelay/contracts";
import { attemptOf, type TaskRef } from "./projection.ts";

const released = TaskAdvanced.parse(
  JSON.parse(
    readFileSync(new URL("../../contracts/fixtures/task.advanced.v1.json", import.meta.url), "utf8"),
  ),
);

/** An attempt that reports parts. */
export function splitAttemptOf(ref: TaskRef, workerId?: string) {
  const attempt = attemptOf(ref, workerId);
  const part = (
    rendition: string,
    startMs: number,
    endMs: number | null,
    durations: number[],
    isComplete = true,
  ): RenditionPart => {
    const key = (file: string) => objectKeys.attemptFile(ref.videoId, attempt.attemptId, rendition, file);
    return {
      ...{ rendition, startMs, endMs, isComplete },
      initKey: key("init.mp4"),
      initSha256: "c".repeat(64),
      codecs: rendition === "audio" ? "mp4a.40.2" : "avc1.64001e",
      segments: durations.map((durationMs, index) => ({
        ...{ key: key(`${index}.m4s`), durationMs, sizeBytes: durationMs * 100 },
      })),
    };
  };
  /** The report of a worker that renders only a chunk, or only the audio. */
  const rest = (...parts: RenditionPart[]): RenderState => ({
    ...{ source: null, variants: [], audio: null, posterKey: null, parts },
  });
  /** The report of the head's worker, for a source of 72 s with audio. */
  const head = (parts: RenditionPart[], isSplit = true): RenderState => {
    const { source } = RenderState.parse(released.result);
    if (source?.probe == null) throw new Error("The released report has a probe.");
    const state = attempt.state("RENDERING");
    for (const variant of state.variants) variant.playlist = null;
    return {
      ...state,
      source: { ...source, probe: { ...source.probe, durationMs: 72_000 } },
      audio: { codec: "AAC", channels: 2, language: null, playlist: null },
      parts,
      ...(isSplit && {
        split: {
          headEndMs: 8_000,
          renditions: ["144p", "360p", "audio"],
          speed: 2,
          encoders: { "360p": "h264_nvenc" },
        },
      }),
    };
  };
  const wholeHead = () =>
    head(["144p", "360p", "audio"].map((name) => part(name, 0, 8_000, [1_000, 1_000, 2_000, 4_000])));
  return { ...attempt, part, rest, head, wholeHead };
}

/** A task's row with its part of the timeline. */
export const withParams = <T extends { params: unknown }>(task: T): T & TranscodeTaskParams => ({
  ...task,
  ...transcode.taskParams.parse(task.params),
});
