import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchOptions, Figures } from "../conditions.ts";
import { makeLongClip } from "../engine/long-clip.ts";
import type { Stage } from "../engine/stage.ts";
import { show, summarize } from "../statistics.ts";

/** 20 Mb/s, as an upload from a home. */
const bytesPerSecond = 20e6 / 8;
const pieceBytes = 64 * 1024;
const minutes = 3;

/**
 * From the first uploaded byte until the video is PLAYABLE for a subscriber, on a line of 20 Mb/s, and when
 * the last byte was sent.
 */
export async function measureArriving(stage: Stage, { isShort, print }: BenchOptions): Promise<Figures> {
  const figures: Figures = {};
  for (const kind of ["standard", "other"] as const) {
    const clip = await makeLongClip(
      stage.tools.ffmpeg,
      { kind, size: "1920x1080", seconds: minutes * 60 },
      print,
    );
    const times = [];
    for (let round = 0; round < (isShort ? 1 : 3); round += 1) times.push(await measure(stage, clip));
    const playable = summarize(times.map((time) => time.playableSeconds));
    const last = summarize(times.map((time) => time.lastByteSeconds));
    print(
      `playable: ${kind}, ${minutes} min, uploaded at 20 Mb/s: PLAYABLE ${show(playable, 2, " s")} after the first byte; the last was sent after ${show(last, 2, " s")}`,
    );
    figures[`playable.${kind}.arriving.seconds`] = playable.median;
    figures[`playable.${kind}.arriving.lastByteSeconds`] = last.median;
  }
  return figures;
}

async function measure({ client }: Stage, path: string) {
  const { id, uploadUrl } = await client.createUpload(path);
  const watching = client.watch(id, ({ status }) => status !== "AWAITING_SOURCE" && status !== "PROCESSING");
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  const playing = watching.then((states) => ({ status: states.at(-1).status, after: seconds() }));
  const { size } = await stat(path);
  const patch = request(uploadUrl, {
    method: "PATCH",
    headers: {
      "tus-resumable": "1.0.0",
      "upload-offset": "0",
      "content-type": "application/offset+octet-stream",
      "content-length": size,
    },
  });
  const answered = once(patch, "response") as Promise<[IncomingMessage]>;
  await pipeline(slowly(path, startedAt), patch);
  const [{ statusCode }] = await answered;
  if (statusCode !== 204) throw new Error(`the upload was answered with ${statusCode}`);
  const lastByteSeconds = seconds();
  const { status, after } = await playing;
  if (status === "FAILED") throw new Error("it failed");
  const { jobs } = await client.video(id);
  const jobId = jobs.edges[0].node.id;
  await client.ask("mutation($id: ID!) { cancelJob(id: $id) { __typename } }", { id: jobId });
  await client.ask("mutation($id: ID!) { deleteVideo(input: { id: $id }) { __typename } }", { id });
  return { playableSeconds: after, lastByteSeconds };
}

/** A file's bytes at the line's rate. */
async function* slowly(path: string, startedAt: number): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  for (let sent = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceBytes));
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    sent += bytesRead;
    await sleep(Math.max(0, (sent / bytesPerSecond) * 1_000 - (performance.now() - startedAt)));
  }
}
