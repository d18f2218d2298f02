import { randomBytes } from "node:crypto";
import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { objectKeys, type Still } from "@reelay/contracts";
import type { CheckHost } from "../../attempt/index.ts";
import { retriableError } from "../../errors.ts";
import { type DecodeLimits, safeInputOptions, words } from "../../media/ffmpeg/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import type { Counted, Painting } from "../../painting/index.ts";
import type { Program } from "../../programs/index.ts";
import { storeOnce } from "../../store/index.ts";
import { coverSize } from "../render/index.ts";

interface Size {
  width: number;
  height: number;
}

const TIMEOUT_MS = 60_000;
/** Of a still's address, which is enough to see it. */
const SECRET_BYTES = 24;

interface Options extends Pick<CheckHost, "folder" | "signal" | "store"> {
  checkId: string;
  ffmpeg: Program;
  /** Behind the pictures; null: they are opaque. */
  clip: StillBackground | null;
}

/** A clip whose frame is shown behind stills. */
export interface StillBackground extends AsyncDisposable {
  file: SourceFile;
  /** Can read it. */
  ffmpeg: Program;
  limits: DecodeLimits;
}

/** Reads a job of the mode `STILL` to its end, and stores its pictures as JPEG. Throws a `RenderError`. */
export async function drawStills(
  painting: Painting,
  options: Options,
): Promise<{ counted: Counted; stills: Still[] }> {
  const counts = await painting.count();
  const { width, height } = counts.picture;
  const scenes: number[] = [];
  const pictures: Buffer[] = [];
  for await (const drawn of painting.draw(counts)) {
    if (drawn.kind === "animation") scenes.push(drawn.index);
    // The painting uses its memory again.
    if (drawn.kind === "frame") pictures.push(Buffer.from(drawn.pixels));
  }
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await storePictures(pictures, { ...options, size: { width, height } }, (index) =>
    objectKeys.still(options.checkId, secret, scenes[index] ?? 0),
  );
  const stills = pictures.map((_, index) => ({ scene: scenes[index] ?? 0, secret, width, height }));
  return { counted: counts.counted, stills };
}

async function storePictures(
  pictures: readonly Buffer[],
  { clip, size, store, signal, ...options }: Options & { size: Size },
  keyOf: (index: number) => string,
): Promise<void> {
  const folder = `${options.folder}-stills`;
  await using undo = new AsyncDisposableStack();
  await mkdir(folder);
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755);
  const program = await (clip?.ffmpeg ?? options.ffmpeg).writing(folder);
  const { exitCode, stderr } = await program.run(toArguments(size, pictures.length, clip), {
    ...{ signal, cwd: folder, timeoutMs: TIMEOUT_MS },
    input: Readable.from(pictures),
  });
  if (exitCode !== 0)
    throw retriableError("WORKER", "STILL_NOT_ENCODED", "A still could not be encoded. Try again.", stderr);
  for (const index of pictures.keys()) {
    const path = join(folder, `${index}.jpg`);
    await storeOnce(store, keyOf(index), { path }, { contentType: "image/jpeg", signal });
  }
}

/** Full colour resolution: text has sharp edges. */
const toArguments = ({ width, height }: Size, count: number, clip: StillBackground | null): string[] => [
  ...words("-hide_banner -nostdin -v error -y -threads 1 -f rawvideo -pix_fmt rgba"),
  ...words(`-video_size ${width}x${height} -framerate 1 -i pipe:0`),
  ...(clip ? overFrame(clip, { width, height, count }) : []),
  ...words("-pix_fmt yuvj444p -q:v 3 -start_number 0 -f image2 %d.jpg"),
];

/** Beginnings of clips are often black. */
const FRAME_AT = 0.1;
const LATEST_MS = 5_000;

/** Lays all pictures over the same frame, at a tenth of the clip. */
function overFrame(
  { file, limits }: StillBackground,
  { width, height, count }: Size & { count: number },
): string[] {
  const { width: w, height: h } = coverSize(file.probe.video, { width, height });
  const startMs = Math.min(LATEST_MS, (file.probe.durationMs ?? 0) * FRAME_AT);
  const frame = `[1:${file.videoIndex}]trim=end_frame=1,settb=1,setpts=N,fps=1,scale=${w}:${h},crop=${width}:${height},setsar=1,format=gbrp,tpad=stop=${count - 1}:stop_mode=clone[frame]`;
  const over = "[frame][0:v]overlay=format=gbrp";
  return [
    ...safeInputOptions(limits, file.input),
    ...words(`-threads 1 -noaccurate_seek -ss ${startMs / 1000} -i`),
    file.input,
    "-filter_complex",
    `${frame};${over}`,
  ];
}
