import type { Program } from "../../programs/index.ts";
import { type DecodeLimits, safeInputOptions, words } from "../ffmpeg/index.ts";
import { probeNeed } from "../needs/index.ts";
import type { SourceReader } from "../source/index.ts";
import { isShortOfMemory, ProbeMemoryError } from "./explain-failure.ts";
import type { SourceFile } from "./source-file.ts";

/**
 * Length of a source whose container does not state it (a live recording, a raw stream): reads all packets
 * without decoding. Null if not even the frame rate is known. Throws `ProbeMemoryError`.
 */
export async function measureDurationMs(
  ffprobe: Program,
  source: SourceFile,
  { limits, signal, memoryBytes }: { limits: DecodeLimits; signal: AbortSignal; memoryBytes: number },
  reader: Pick<SourceReader, "isAwaited">,
): Promise<number | null> {
  const range = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY, packets: 0 };
  let rest = "";
  const result = await ffprobe.run(
    [
      "-v",
      "error",
      ...safeInputOptions(limits, source.input),
      "-select_streams",
      String(source.videoIndex),
      ...words("-show_entries packet=pts_time,duration_time -of csv=p=0"),
      source.input,
    ],
    {
      timeoutMs: 10 * 60_000,
      signal,
      limits: { memoryBytes },
      isExcused: () => reader.isAwaited(),
      onStdout: (chunk) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) widen(range, line, source.probe.video.frameRate);
      },
    },
  );
  if (memoryBytes < probeNeed.most && isShortOfMemory(result)) throw new ProbeMemoryError();
  widen(range, rest, source.probe.video.frameRate);
  const { frameRate } = source.probe.video;
  const seconds = Number.isFinite(range.first)
    ? range.last - range.first
    : // A raw stream has no timestamps, so its frames are counted.
      range.packets / (frameRate ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.round(seconds * 1_000_000) / 1000 : null;
}

function widen(
  range: { first: number; last: number; packets: number },
  line: string,
  frameRate: number | null,
): void {
  if (!line.trim()) return;
  range.packets += 1;
  const [time, duration] = line.split(",");
  const start = Number.parseFloat(time ?? "");
  if (!Number.isFinite(start)) return;
  const stated = Number.parseFloat(duration ?? "");
  range.first = Math.min(range.first, start);
  range.last = Math.max(
    range.last,
    start + (Number.isFinite(stated) ? stated : frameRate ? 1 / frameRate : 0),
  );
}
