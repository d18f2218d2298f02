import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { all, type Figure, info, none } from "../checks/figure.ts";
import { createTenants, withDatabase } from "../database.ts";
import { makeClips, type Tools } from "../load/clips.ts";
import { openGuard } from "../processes/guard.ts";
import { until } from "../until.ts";
import { type StoreSystem, startStoreSystem } from "./store-system.ts";
import { type Outcome, VideoClient } from "./video-client.ts";

export interface StoreFaultsOptions {
  /** Fraction of failing store requests. */
  rate: number;
  seed: number;
  /** Number of concurrent videos, from the clips in rotation. */
  videos: number;
  signal: AbortSignal;
  print: (line: string) => void;
}

/** Time limit of one video, for the slowest machine and the highest rate. */
const TIMEOUT_MS = 400_000;

/**
 * The whole main workflow over an unreliable Cloud Storage: uploads by session, variants, audio, playlists,
 * posters, downloads.
 */
export async function runStoreFaults({
  rate,
  seed,
  videos,
  signal,
  print,
}: StoreFaultsOptions): Promise<Figure[]> {
  await using guard = await openGuard();
  const { clips, tools } = await makeClips(guard.folder);
  await using system = await startStoreSystem(guard.folder, seed);
  await until(async () => (await fetch(`${system.origin}/readyz`)).ok, "the API is ready", {
    timeoutMs: 120_000,
    signal,
  });
  const [tenant] = await createTenants(system.postgresUrl, 1);
  const client = new VideoClient(system.origin, tenant?.token ?? "");
  print(
    `store-faults: ${videos} videos, ${Math.round(rate * 100)} % of the store requests fail, seed ${seed}`,
  );
  system.proxy.rate = rate;
  // The longest first: a single video is then the one in parts.
  const chosen = Array.from({ length: videos }, (_, index) => clips.at(-1 - (index % clips.length))).filter(
    (clip) => clip !== undefined,
  );
  const outcomes = await Promise.all(
    chosen.map((clip, index) => client.make(clip, `video-${index + 1}`, { timeoutMs: TIMEOUT_MS, signal })),
  );
  system.proxy.rate = 0;
  return [
    ...(await judgeVideos(outcomes, tools)),
    ...(await judgeAttempts(system)),
    ...(await judgeProcesses(system)),
    none(
      "API answers with an internal error",
      client.errors.filter((code) => code === "INTERNAL_SERVER_ERROR"),
    ),
    info("API answers that ask to retry", client.errors.length, client.errors),
    info("store requests", system.proxy.requests),
    info(
      "faults",
      [...system.proxy.faults.values()].reduce((sum, count) => sum + count, 0),
      [[...system.proxy.faults].map(([kind, count]) => `${kind} ${count}`).join(", ")],
    ),
    info("seconds until the last video ended", Math.max(...outcomes.map(({ seconds }) => seconds))),
  ];
}

async function judgeVideos(outcomes: readonly Outcome[], tools: Tools): Promise<Figure[]> {
  const lost = outcomes
    .filter(({ video }) => video.status !== "READY")
    .map(({ clip, video }) => `${clip.name}: ${video.status} ${video.error?.code ?? ""}`);
  const broken: string[] = [];
  for (const { clip, video } of outcomes) {
    for (const url of [video.playback?.hlsUrl, video.download?.url]) {
      const frames = await countFrames(url ?? "", tools).catch((error: unknown) => String(error));
      if (frames !== clip.frames)
        broken.push(`${clip.name}: ${url} has ${frames} frames, not ${clip.frames}`);
    }
    const poster = await fetch(video.playback?.posterUrl ?? "http://127.0.0.1:9/").catch(() => null);
    if (poster?.ok !== true) broken.push(`${clip.name}: no poster`);
  }
  return [
    all("videos that are READY", outcomes.length - lost.length, outcomes.length, lost),
    none("missing or incomplete streams, downloads and posters", broken),
  ];
}

async function countFrames(url: string, { ffprobePath }: Tools): Promise<number> {
  const { stdout } = await promisify(execFile)(ffprobePath, [
    ...["-v", "error", "-count_frames", "-select_streams", "v:0"],
    ...["-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", url],
  ]);
  return Number.parseInt(stdout, 10);
}

async function judgeAttempts({ postgresUrl }: StoreSystem): Promise<Figure[]> {
  const { rows } = await withDatabase(postgresUrl, (db) =>
    db.query<{ outcome: string | null; text: string }>(
      "SELECT outcome::text, concat_ws(' ', coalesce(outcome::text, 'open'), error->>'code', error->>'message', log_tail) AS text FROM attempts",
    ),
  );
  const others = rows.filter(({ outcome }) => outcome !== "COMPLETED").map(({ text }) => text);
  return [
    none(
      "attempts LOST",
      rows.filter(({ outcome }) => outcome === "LOST").map(({ text }) => text),
    ),
    info("attempts", rows.length),
    info("attempts that needed another one", others.length, others),
  ];
}

async function judgeProcesses({ processes, logs }: StoreSystem): Promise<Figure[]> {
  const falls = processes.flatMap(({ name, falls: times }) => times.map((how) => `${name}: ${how}`));
  const texts = await Promise.all(logs.map((file) => readFile(file, "utf8")));
  const warnings = texts.flatMap((text) =>
    text.split("\n").filter((line) => /^\(node:\d+\) |^(?:Uncaught|Unhandled)|^\s+at /.test(line)),
  );
  return [none("processes that ended", falls), none("warnings in the logs", warnings)];
}
