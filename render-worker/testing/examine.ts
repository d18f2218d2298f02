/** What a viewer gets of a published stream: every picture with its time, the flashes among them, and the beeps. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { words } from "../media/ffmpeg/words.ts";
import { runTool } from "./run-tool.ts";

export interface Examined {
  /** What ffmpeg complained about while it decoded all of it. */
  complaints: string;
  /** Times of the pictures, seconds. */
  times: number[];
  /** When the picture turned white, seconds. */
  flashes: number[];
}

/** Decodes a picture playlist once, from beginning to end. */
export async function examinePictures(ffmpegPath: string, playlist: string): Promise<Examined> {
  const filters =
    "scale=16:16:flags=area,format=yuv420p,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-";
  const args = [
    ...words("-hide_banner -nostdin -v warning -xerror -threads 1 -copyts -i"),
    playlist,
    ...words(`-vf ${filters} -fps_mode passthrough -enc_time_base 1/90000 -f null -`),
  ];
  const { stdout, stderr } = await runTool(ffmpegPath, args, { timeoutMs: 60_000 });
  const pictures = [...stdout.matchAll(/pts_time:(-?[\d.]+)\s+lavfi\.signalstats\.YAVG=([\d.]+)/g)].map(
    ([, time, grey]) => ({ time: Number(time), isWhite: Number(grey) > 150 }),
  );
  const flashes = pictures.filter(({ isWhite }, index) => isWhite && !pictures[index - 1]?.isWhite);
  return {
    complaints: stderr.trim(),
    times: pictures.map(({ time }) => time),
    flashes: flashes.map(({ time }) => time),
  };
}

const sampleRate = 48_000;

/** When it beeps, seconds: the first loud sample after 0.3 s of quiet. */
export async function examineSound(
  ffmpegPath: string,
  playlist: string,
): Promise<{ complaints: string; beeps: number[] }> {
  const args = [
    ...["-hide_banner", "-nostdin", "-v", "warning", "-xerror", "-i", playlist],
    ...["-ac", "1", "-ar", String(sampleRate), "-f", "s16le", "pipe:1"],
  ];
  const { stdout, stderr } = await runTool(ffmpegPath, args, {
    timeoutMs: 60_000,
    encoding: "latin1",
    maxBytes: 2 ** 26,
  });
  const pcm = Buffer.from(stdout, "latin1");
  const beeps: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (let index = 0; index * 2 + 1 < pcm.length; index += 1) {
    if (Math.abs(pcm.readInt16LE(index * 2)) < 2_000) continue;
    if (index - lastLoud > 0.3 * sampleRate) beeps.push(index / sampleRate);
    lastLoud = index;
  }
  return { complaints: stderr.trim(), beeps };
}

/** Types of the first coded picture of each H.264 segment that a playlist names: 5 is an IDR, from which a player can begin. */
export async function firstPictures(playlist: string): Promise<(number | null)[]> {
  const names = (await readFile(playlist, "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return await Promise.all(
    names.map(async (name) => firstPicture(await readFile(join(dirname(playlist), name)))),
  );
}

/** Units lie in the media data one after the other, each behind its length (ISO 14496-15). */
function firstPicture(segment: Buffer): number | null {
  const data = segment.indexOf("mdat", 0, "latin1");
  if (data === -1) return null;
  for (let at = data + 4; at + 4 < segment.length; at += 4 + segment.readUInt32BE(at)) {
    const type = segment.readUInt8(at + 4) & 0x1f;
    if (type === 1 || type === 5) return type;
  }
  return null;
}
