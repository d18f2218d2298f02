import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { BenchOptions, Figures } from "../conditions.ts";
import { type LongClip, makeLongClip } from "../engine/long-clip.ts";
import { type Stage, startStage, upload } from "../engine/stage.ts";
import { show, summarize } from "../statistics.ts";
import { measureArriving } from "./arriving.ts";

const goals = { standard: 2, other: 3 };

/** Published medians of a hosted service, from the end of the upload until the video plays, by its length. */
const hosted = [
  { upToMinutes: 1, seconds: 2 },
  { upToMinutes: 5, seconds: 3.3 },
  { upToMinutes: 20, seconds: 9 },
  { upToMinutes: 60, seconds: 46 },
  { upToMinutes: Number.POSITIVE_INFINITY, seconds: 94 },
];

/**
 * From the last uploaded byte of a 1080p video until it is PLAYABLE for a subscriber, and until a client has
 * decoded its first picture: for sources that play as they are and for others, from half a minute to an hour
 * and a half. Its job is then canceled.
 */
export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  const minutes = isShort ? [0.5, 3] : [0.5, 3, 10, 40, 90];
  const rounds = isShort ? 1 : 3;
  await using stage = await startStage({ workers: [{}] });
  const figures: Figures = {};
  for (const kind of ["standard", "other"] as const) {
    for (const length of minutes) {
      const source: LongClip = { kind, size: "1920x1080", seconds: length * 60 };
      const clip = await makeLongClip(stage.tools.ffmpeg, source, print);
      const times = [];
      for (let round = 0; round < rounds; round += 1) times.push(await measure(stage, clip));
      const playable = summarize(times.map((time) => time.playableSeconds));
      const picture = summarize(times.map((time) => time.pictureSeconds));
      const anchor = hosted.find(({ upToMinutes }) => length <= upToMinutes)?.seconds;
      print(
        `playable: ${kind}, ${length} min: PLAYABLE after ${show(playable, 2, " s")} (goal ${goals[kind]} s; a hosted service ${anchor} s), first picture decoded after ${show(picture, 2, " s")}`,
      );
      figures[`playable.${kind}.${length}min.seconds`] = playable.median;
      figures[`playable.${kind}.${length}min.firstPictureSeconds`] = picture.median;
    }
  }
  Object.assign(figures, await measureArriving(stage, { isShort, print }));
  return figures;
}

async function measure(stage: Stage, clip: string) {
  const { client } = stage;
  const id = await upload(stage, clip);
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const plays = (video: { status: string }) => ["PLAYABLE", "READY", "FAILED"].includes(video.status);
  const states = await client.watch(id, plays);
  const playableSeconds = seconds();
  if (states.at(-1).status === "FAILED") throw new Error(`it failed: ${states.at(-1).error?.message}`);
  const { playback, jobs } = await client.video(id);
  await promisify(execFile)(stage.tools.ffmpeg, [
    ...["-v", "error", "-i", playback.hlsUrl, "-map", "0:v:0", "-frames:v", "1", "-f", "null", "-"],
  ]);
  const pictureSeconds = seconds();
  const jobId = jobs.edges[0].node.id;
  await client.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", { id: jobId });
  await client.ask("mutation($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", { id });
  return { playableSeconds, pictureSeconds };
}
