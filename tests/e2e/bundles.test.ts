/** The programs of the images: bundled, and alone with the files that the Dockerfiles copy. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../render-worker/jail/index.ts";
import { testEnv } from "../../render-worker/testing/env.ts";
import { temporaryDirectory, testTools } from "../../render-worker/testing/kit.ts";
import { bundlePrograms } from "../../scripts/build/images.ts";
import { documents, startSystem } from "../kit/index.ts";

/** Copies what an image has of `dist/`, as its Dockerfile says. */
async function copyAsImage(dockerfile: string, dist: string, app: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, "../..", dockerfile), "utf8");
  for (const [, words = ""] of text.matchAll(/^COPY --from=build (.+)$/gm)) {
    const [to = "", ...from] = words.split(" ").toReversed();
    for (const path of from.filter((each) => each.startsWith("/src/dist/"))) {
      const target = to === "./" ? join(app, basename(path)) : join(app, to);
      await cp(path.replace("/src/dist", dist), target, { recursive: true });
    }
  }
}

test("the worker's image speaks, draws and encodes a quiz in a container's jail", async () => {
  await using system = await startSystem({ workers: 0 });
  await using outside = await temporaryDirectory();
  const [dist, app, bin] = ["dist", "app", "bin"].map((name) => join(outside.path, name));
  for (const folder of [dist, app, bin]) await mkdir(folder ?? "");
  await bundlePrograms(dist ?? "");
  await copyAsImage("render-worker/Dockerfile", dist ?? "", app ?? "");
  // The default rules of container engines leave bubblewrap no rights: without it, the jail is the same.
  for (const name of ["sh", "env", "setsid", "perl"])
    await symlink((await findProgram(name, testEnv["PATH"] ?? "")) ?? "", join(bin ?? "", name));
  const { ffmpeg, ffprobe } = await testTools();
  const worker = spawn(process.execPath, ["--no-deprecation", "worker.js"], {
    cwd: app,
    env: {
      PATH: bin,
      NODE_ENV: "production",
      METADATA_SERVER_DETECTION: "none",
      SANDBOX: "limited",
      PUBSUB_EMULATOR_HOST: system.pubsub.emulatorHost,
      PUBSUB_PROJECT_ID: system.pubsub.projectId,
      PUBSUB_PREFIX: system.pubsub.prefix,
      STORE_DIRECTORY: system.storeDirectory,
      WORK_DIR: join(outside.path, "work"),
      FFMPEG_PATH: ffmpeg.path,
      FFPROBE_PATH: ffprobe.path,
      LOG_LEVEL: testEnv["LOG_LEVEL"] ?? "silent",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = once(worker, "close");
  await using _worker = {
    async [Symbol.asyncDispose]() {
      worker.kill("SIGTERM");
      await ended;
    },
  };
  const data = {
    ...{ timerSeconds: 1, speakOptions: false },
    questions: [{ question: "Which planet is the largest?", options: ["Jupiter", "Earth"], answerIndex: 0 }],
  };
  const template = { template: "quiz-classic", data, height: 144, frameRate: 10 };
  const { data: created } = await system.client.ask(documents.createVideo, {
    input: { title: "Planets", source: { template } },
  });
  const { id } = created.createVideo;
  const watch = `subscription ($id: ID!) { videoProgress(id: $id) { status error { message } } }`;
  const seen = await system.client.watch(
    id,
    ({ status }: { status: string }) => ["READY", "FAILED"].includes(status),
    null,
    watch,
  );
  expect(seen.at(-1)).toMatchObject({ status: "READY", error: null });
});
