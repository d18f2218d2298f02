/** What is in a file or a stream, as any reader finds it: when each picture is shown, when it flashes and when it beeps, which way up it stands. */

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
      "scale=8:8:flags=area,format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-",
      // Two may be closer than at a steady rate.
      ...words("-fps_mode passthrough -enc_time_base 1/90000 -f null -"),
    ],
    { timeoutMs: 60_000 },
  );
  const pictures = [...stdout.matchAll(/pts_time:(-?[\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)/g)].map(
    ([, time, grey]) => ({ time: Number(time), isWhite: Number(grey) > 150 }),
  );
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

/** Which quarter of the picture is the brightest: 0 and 1 above, 2 and 3 below, from left to right. Null where none stands out. */
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

/** How long the container says that the picture lasts, seconds; null where it does not say. */
export async function readLength(ffprobePath: string, input: string): Promise<number | null> {
  const { stdout } = await runTool(
    ffprobePath,
    [
      ...words("-v error -select_streams V:0 -of json"),
      ...words("-show_entries stream=start_time,duration:stream_tags=DURATION"),
      input,
    ],
    { timeoutMs: 60_000 },
  );
  const { streams } = JSON.parse(stdout) as {
    streams: { start_time?: string; duration?: string; tags?: { DURATION?: string } }[];
  };
  const { start_time = "0", duration, tags } = streams[0] ?? {};
  const [hours = 0, minutes = 0, rest] = (tags?.DURATION ?? "").split(":").map(Number);
  if (rest !== undefined) return hours * 3600 + minutes * 60 + rest - Number(start_time);
  return duration === undefined ? null : Number(duration);
}

/** Width of a pixel by its height; 1 where nothing is said. */
export async function readPixelAspect(ffprobePath: string, input: string): Promise<number> {
  const { stdout } = await runTool(
    ffprobePath,
    [...words("-v error -select_streams V:0 -show_entries stream=sample_aspect_ratio -of csv=p=0"), input],
    { timeoutMs: 60_000 },
  );
  const [, num = 0, den = 0] = (/(\d+):(\d+)/.exec(stdout) ?? []).map(Number);
  return num > 0 && den > 0 ? num / den : 1;
}

export async function readHasSound(ffprobePath: string, input: string): Promise<boolean> {
  const { stdout } = await runTool(
    ffprobePath,
    [...words("-v error -select_streams a -show_entries stream=channels -of csv=p=0"), input],
    { timeoutMs: 60_000 },
  );
  return /\d/.test(stdout);
}
