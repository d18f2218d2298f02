/**
 * Uploads a file, tells how far it is, and prints where it plays. With `npm start` running, in the root of
 * the clone:
 *
 *     REELAY_API_KEY=$(cat .reelay/api-key) npx node examples/node/upload.ts video.mp4
 *
 * What moves goes to stderr, the address alone to stdout. Ends with 1 when the file did not become a video.
 */
import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { createClient, unwrap } from "@reelay/client";

const { REELAY_URL = "http://127.0.0.1:4000", REELAY_API_KEY } = process.env;
const [path] = process.argv.slice(2);
if (path === undefined || REELAY_API_KEY === undefined) {
  console.error("Usage: REELAY_API_KEY=rk_… [REELAY_URL=http://…] node upload.ts FILE");
  process.exit(2);
}

const percent = (fraction: number) => `${Math.floor(fraction * 100)} %`;

try {
  await upload(path, REELAY_API_KEY);
} catch (error) {
  // A missing file, a wrong key, or no API at this address.
  console.error(`${path} was not uploaded: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function upload(path: string, apiKey: string): Promise<void> {
  await using client = createClient({ url: REELAY_URL, apiKey });
  const file = new File([await openAsBlob(path)], basename(path));
  const sending = client.uploadVideo(
    file,
    {},
    { onProgress: ({ fraction }) => tell(`sent ${percent(fraction)}`) },
  );
  const { video } = unwrap(await sending.done);

  // Survives lost connections and restarts of the API; ends by itself after READY or FAILED.
  for await (const { status, progress, variants, playback, error } of client.watch(video.id)) {
    const making = variants.filter((variant) => variant.status === "RENDERING");
    const bars = making.map(({ name, fraction }) => `${name} ${percent(fraction)}`);
    tell([status, percent(progress), ...bars].join("  "));
    if (status === "READY") console.log(playback?.hlsUrl);
    if (status === "FAILED") {
      console.error(`${error?.code}: ${error?.message}`);
      process.exitCode = 1;
    }
  }
}

function tell(text: string): void {
  console.error(text);
}
