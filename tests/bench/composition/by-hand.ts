import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../animation/by-hand.ts";
import { drawn, hls, video, words } from "../worker/by-hand.ts";

const heights = ["1080", "720", "480", "360", "240", "144"];

/** Each frame once, at its own time. */
const rung = (height: string, level: string, ceiling: string): string[] => [
  ...words("-fps_mode passthrough"),
  ...video(height, level, ceiling, drawn),
];

/** What an ffmpeg expert would type for frames from a pipe and their soundtrack. Written out on purpose. */
const cascade = (soundtrack: string): string[] => [
  ...words("-hide_banner -nostdin -v error -y -f matroska -i pipe:0 -f s16le -ar 48000 -ac 2 -i"),
  soundtrack,
  "-filter_complex",
  [
    "[0:v]scale=1920:1080:out_color_matrix=bt709,format=yuv420p,split=2[v1080][d720]",
    "[d720]scale=1280:720,split=2[v720][d480]",
    "[d480]scale=854:480,split=2[v480][d360]",
    "[d360]scale=640:360,split=2[v360][d240]",
    "[d240]scale=426:240,split=2[v240][d144]",
    "[d144]scale=256:144[v144]",
  ].join(";"),
  ...rung("1080", "4.0", "6000k"),
  ...rung("720", "3.1", "3500k"),
  ...rung("480", "3.1", "1400k"),
  ...rung("360", "3.0", "800k"),
  ...rung("240", "2.1", "400k"),
  ...rung("144", "1.2", "200k"),
  ...words("-map 1:a -c:a aac -b:a 128k -ac 2"),
  ...hls("audio"),
];

/** Encodes a film and its soundtrack in an empty folder. */
export async function encodeByHand(
  ffmpeg: string,
  directory: string,
  soundtrack: string,
  film: (stdin: NodeJS.WritableStream) => void,
): Promise<void> {
  for (const name of [...heights.map((height) => `v${height}`), "audio"])
    await mkdir(join(directory, name), { recursive: true });
  await run(ffmpeg, cascade(soundtrack), directory, film);
}
