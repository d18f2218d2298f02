import { inSpan } from "@reelay/telemetry";
import type { SourceFile } from "../probe/source-file.ts";
import { measureGainDb } from "../sound/measure-loudness.ts";
import { tracerName } from "./attempt-trace.ts";
import type { AttemptContext } from "./context.ts";

/** How much louder the sound is to be; 0 where the profile leaves it as it is. Every task of a video measures the same, and comes to the same. */
export async function measureGain(
  { config, signal, task, tools, trace }: AttemptContext,
  { source, withAudio }: { source: SourceFile; withAudio: boolean },
): Promise<number> {
  const { loudness } = task.profile.audio;
  if (!loudness || !withAudio || source.audioIndex === null) return 0;
  const { audio, durationMs } = source.probe;
  const track = {
    input: source.input,
    index: source.audioIndex,
    channels: audio?.channels ?? 2,
    durationMs,
  };
  const options = { ffmpegPath: tools.ffmpeg.path, limits: config.limits, signal };
  return await inSpan(tracerName, "measure-loudness", { parent: trace }, () =>
    measureGainDb(track, loudness.targetLufs, options),
  );
}
