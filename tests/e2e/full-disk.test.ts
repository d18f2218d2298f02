import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { writeUntilFull } from "../chaos/processes/store-volume.ts";
import { createApiClient, eventually, freePort } from "../kit/index.ts";
import { succeeds } from "../kit/succeeds.ts";
import { makeTestClip } from "../kit/test-clip.ts";

const root = resolve(import.meta.dirname, "../..");
const patience = { timeoutMs: 120_000, intervalMs: 200 };
/** Data folder of the system, as its own processes see it: a small disk in a mount namespace of theirs. */
const mountScript = 'mount -t tmpfs -o size=420m,mode=0755 tmpfs "$0" && exec "$@"';

const PIECE_BYTES = 64 * 1024;

const canMount =
  process.platform === "linux" && (await succeeds("unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"));
// CI runs as root, and must not lose this test unnoticed.
const isDemanded = process.env["CI"] === "true" && process.getuid?.() === 0;

/** `npm start` with store, database, and log on a disk of 420 MB. */
async function startOnSmallDisk() {
  const folder = await mkdtemp(join(tmpdir(), "reelay-full-"));
  const data = join(folder, "data");
  await mkdir(data);
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(DATABASE_URL|PUBSUB_|STORE|GCS_|INIT_CWD|PUBLIC_URL|HOST$)/.test(name),
  );
  const program = [process.execPath, "--no-deprecation", "scripts/supervise.ts", "embedded/main.ts"];
  const child = spawn("unshare", ["-m", "sh", "-c", mountScript, data, ...program], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), REELAY_DATA_DIR: data, PORT: String(await freePort()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const view = `/proc/${child.pid}/root${data}`;
  const readRun = async () =>
    JSON.parse(await readFile(join(view, "run.json"), "utf8")) as {
      graphql: string;
      apiKey: string;
      pid: number;
    };
  const run = await eventually(
    () => (child.exitCode === null ? readRun() : Promise.reject(new Error(output))),
    "the system answers",
    patience,
  );
  const ballast = join(view, "ballast");
  return {
    folder,
    run,
    readRun,
    output: () => output,
    log: () => readFile(join(view, "reelay.log"), "utf8"),
    fill: () => writeUntilFull(ballast),
    empty: () => rm(ballast, { force: true }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) child.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test.skipIf(!canMount && !isDemanded)(
  "a full disk under store, database and log ends no process and loses no data (skipped where nothing may be mounted)",
  { timeout: 400_000 },
  async () => {
    await using system = await startOnSmallDisk();
    const { graphql, apiKey, pid } = system.run;
    const { origin } = new URL(graphql);
    const client = createApiClient(origin, apiKey);
    const isReady = async () => (await fetch(`${origin}/readyz`)).ok;
    const clip = await makeTestClip(join(system.folder, "clip.mp4"), { seconds: 15, isStreamable: false });
    const bytes = await readFile(clip);
    const rendering = await client.upload(clip);
    const { id: uploading, uploadUrl } = await client.createUpload(clip);
    const patch = (offset: number, body: Uint8Array<ArrayBuffer>) =>
      fetch(uploadUrl, {
        method: "PATCH",
        headers: {
          "tus-resumable": "1.0.0",
          "upload-offset": String(offset),
          "content-type": "application/offset+octet-stream",
        },
        body,
      });
    const half = Math.floor(bytes.length / 2);
    expect((await patch(0, bytes.subarray(0, half))).status).toBe(204);
    await eventually(
      async () =>
        (await client.video(rendering)).variants.some(({ fraction }: { fraction: number }) => fraction > 0),
      "the render is in the middle",
      patience,
    );
    expect(await isReady()).toBe(true);

    // Space that is freed meanwhile takes another piece.
    let sent = half;
    let refused: Response;
    do {
      await system.fill();
      refused = await patch(sent, bytes.subarray(sent, sent + PIECE_BYTES));
      if (refused.status === 204) sent += PIECE_BYTES;
    } while (refused.status === 204 && sent < bytes.length);
    expect([refused.status, await refused.json()]).toMatchObject([507, { code: "STORE_FULL" }]);
    await eventually(async () => !(await isReady()), "it says that it is not ready", patience);
    const answers: string[] = [];
    for (let index = 0; index < 20; index++) {
      const answer = JSON.stringify(await client.ask(createVideo).catch((error: unknown) => String(error)));
      answers.push(answer);
      // Space that is freed meanwhile is filled again.
      await system.fill();
    }
    expect(answers.filter((answer) => !/STORE_FULL|SERVICE_UNAVAILABLE|"Video"/.test(answer))).toEqual([]);
    expect(answers.some((answer) => /STORE_FULL|SERVICE_UNAVAILABLE/.test(answer))).toBe(true);
    expect(answers.filter((answer) => /\bat |ENOSPC|\/data|reelay-full/.test(answer))).toEqual([]);

    await system.empty();
    await eventually(isReady, "it is ready again by itself", patience);
    const head = await fetch(uploadUrl, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
    const offset = Number(head.headers.get("upload-offset"));
    expect(offset).toBeGreaterThanOrEqual(half);
    expect((await patch(offset, bytes.subarray(offset))).status).toBe(204);
    for (const id of [rendering, uploading]) {
      await eventually(
        async () => expect(await client.video(id)).toMatchObject({ status: "READY", error: null }),
        "the video is ready",
        patience,
      );
    }
    expect(await system.readRun()).toEqual(system.run);
    expect((await system.readRun()).pid).toBe(pid);
    expect(await system.log()).toContain("log.lines-dropped");
    expect(system.output()).not.toMatch(/^ {4}at /m);
  },
);

const createVideo = `mutation { createVideo(input: { title: "Full", source: { upload: { filename: "a.mp4", sizeBytes: 5 } } }) {
  __typename ... on Error { code message } } }`;
