/**
 * Runs in the network of the containers, where all addresses of docker-compose.yml are known: makes a clip
 * and uploads it, or sends a Manim script, waits until the video is READY, and reads the whole stream. Its
 * arguments: an API key, and the clip's seconds or the script. Prints the video as JSON.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const [key, content] = process.argv.slice(-2);
/** Containers that start beside this one may leave the others no processor for a while. */
const patientUntil = Date.now() + 90_000;
const file = `/tmp/clip-${process.pid}.mp4`;

async function ask(query, variables) {
  const answer = await fetch("http://api:4000/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  if (!errors) return data;
  // As the error asks of a client.
  const { code, retryAfterMs } = errors[0].extensions;
  if (code !== "SERVICE_UNAVAILABLE" || Date.now() > patientUntil) throw new Error(JSON.stringify(errors));
  console.error(JSON.stringify(errors));
  await delay(retryAfterMs);
  return ask(query, variables);
}

async function create(source) {
  const { createVideo: created } = await ask(
    `mutation ($input: CreateVideoInput!) { createVideo(input: $input) {
      __typename ... on Video { id upload { protocol url } } ... on Error { code message } } }`,
    { input: { title: "Clip", source } },
  );
  if (created.__typename !== "Video") throw new Error(JSON.stringify(created));
  return created;
}

async function createFromClip(seconds) {
  execFileSync("ffmpeg", [
    ...["-v", "error", "-nostdin", "-y"],
    ...["-f", "lavfi", "-i", `testsrc2=size=640x360:rate=25:duration=${seconds}`],
    ...["-f", "lavfi", "-i", `sine=frequency=440:duration=${seconds}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", file],
  ]);
  const bytes = readFileSync(file);
  rmSync(file);
  const created = await create({ upload: { filename: "clip.mp4", sizeBytes: bytes.length } });
  if (created.upload.protocol !== "GCS_RESUMABLE") throw new Error(JSON.stringify(created));
  const sent = await fetch(created.upload.url, { method: "PUT", body: bytes });
  if (!sent.ok) throw new Error(`The upload was answered ${sent.status}.`);
  return created;
}

const { id } = /^\d+$/.test(content)
  ? await createFromClip(content)
  : await create({ manim: { script: content, quality: "LOW" } });

let video;
do {
  await delay(1_000);
  ({ video } = await ask(
    "query ($id: ID!) { video(id: $id) { status error { code message } variants { name status } playback { hlsUrl } } }",
    { id },
  ));
} while (video.status !== "READY" && video.status !== "FAILED");
const counted = execFileSync("ffprobe", [
  ...["-v", "error", "-count_packets", "-select_streams", "v:0"],
  ...["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", video.playback.hlsUrl],
]);
console.log(JSON.stringify({ ...video, frames: Number.parseInt(counted, 10) }));
