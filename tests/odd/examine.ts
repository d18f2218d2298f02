/**
 * Reads a file or a stream independently of Reelay: the times of pictures, flashes and beeps, and the
 * rotation.
 */

import { z } from "zod";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { runTool } from "../../render-worker/testing/run-tool.ts";

export interface Pictures {
  complaints: string;
  /** Times of showing, in order, seconds. */
  times: number[];
  flashes: number[];
}

const strict = words("-hide_banner -nostdin -v warning -xerror -threads 1 -copyts -i");

export async function readPictures(ffmpegPath: string, input: string): Promise<Pictures> {
  const { stdout, stderr } = await runTool(
    ffmpegPath,
    [
      ...[...strict, input, "-map", "0:V:0", "-vf"],
      "settb=1/90000,scale=8:8:flags=area,format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-",
      // Two may be closer than at a steady rate.
      ...words("-fps_mode passthrough -enc_time_base 1/90000 -f null -"),
    ],
    { timeoutMs: 60_000 },
  );
  const pictures = [
    ...stdout.matchAll(/pts:(-?\d+)\s+pts_time:\S+\s+lavfi\.signalstats\.YAVG=([\d.]+)/g),
  ].map(([, pts, grey]) => ({ time: Number(pts) / 90_000, isWhite: Number(grey) > 150 }));
  return {
    complaints: stderr.trim(),
    times: pictures.map(({ time }) => time),
    flashes: pictures
      .filter(({ isWhite }, index) => isWhite && !pictures[index - 1]?.isWhite)
      .map(({ time }) => time),
  };
}

/** Two milliseconds. */
const windowSamples = 96;

export async function readBeeps(
  ffmpegPath: string,
  input: string,
): Promise<{ complaints: string; beeps: number[] }> {
  const filters = [
    "aresample=48000,aformat=sample_fmts=flt:channel_layouts=mono",
    `asetnsamples=n=${windowSamples}:p=0`,
    "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level",
    "ametadata=print:key=lavfi.astats.Overall.Peak_level:file=-",
  ].join(",");
  const { stdout, stderr } = await runTool(
    ffmpegPath,
    [...strict, input, ...words(`-map 0:a:0 -af ${filters} -f null -`)],
    { timeoutMs: 60_000, maxBytes: 2 ** 25 },
  );
  const beeps: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (const [, time, level] of stdout.matchAll(
    /pts_time:(-?[\d.]+)\s+lavfi\.astats\.Overall\.Peak_level=(\S+)/g,
  )) {
    if (!(Number(level) > -20)) continue;
    if (Number(time) - lastLoud > 0.3) beeps.push(Number(time));
    lastLoud = Number(time);
  }
  return { complaints: stderr.trim(), beeps };
}

/**
 * Which quarter of the picture is the brightest: 0 and 1 above, 2 and 3 below, from left to right. Null where
 * none stands out.
 */
export async function brightestCorner(ffmpegPath: string, input: string): Promise<number | null> {
  const { stdout } = await runTool(
    ffmpegPath,
    [
      ...words("-hide_banner -nostdin -v error -i"),
      input,
      ...words("-map 0:V:0 -frames:v 1 -vf scale=2:2:flags=area,format=gray -f rawvideo pipe:1"),
    ],
    { timeoutMs: 60_000, encoding: "latin1" },
  );
  const grey = [...Buffer.from(stdout, "latin1")];
  const [most = 0, next = 0] = grey.toSorted((a, b) => b - a);
  return most - next > 15 ? grey.indexOf(most) : null;
}

export interface Streams {
  hasAudio: boolean;
  /** Of the picture, seconds; null where the container does not say. */
  lengthSeconds: number | null;
  /** Width of a pixel by its height; 1 where nothing is said. */
  pixelAspect: number;
}

const Found = z.object({
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      channels: z.number().optional(),
      start_time: z.string().default("0"),
      duration: z.string().optional(),
      sample_aspect_ratio: z.string().default("1:1"),
      disposition: z.object({ attached_pic: z.number() }),
      tags: z.object({ DURATION: z.string().optional() }).optional(),
    }),
  ),
});

/** What the container says of its streams. */
export async function readStreams(ffprobePath: string, input: string): Promise<Streams> {
  const { stdout } = await runTool(
    ffprobePath,
    [...words("-v error -allowed_extensions ALL -of json -show_streams"), input],
    { timeoutMs: 60_000 },
  );
  const { streams } = Found.parse(JSON.parse(stdout));
  const picture = streams.find((one) => one.codec_type === "video" && one.disposition.attached_pic === 0);
  const [num = 0, den = 0] = (picture?.sample_aspect_ratio ?? "").split(":").map(Number);
  return {
    hasAudio: streams.some(({ channels }) => channels !== undefined),
    lengthSeconds: picture ? readLength(picture) : null,
    pixelAspect: num > 0 && den > 0 ? num / den : 1,
  };
}

function readLength({ start_time, duration, tags }: z.infer<typeof Found>["streams"][number]): number | null {
  const [hours = 0, minutes = 0, rest] = (tags?.DURATION ?? "").split(":").map(Number);
  if (rest !== undefined) return hours * 3600 + minutes * 60 + rest - Number(start_time);
  return duration === undefined ? null : Number(duration);
}
