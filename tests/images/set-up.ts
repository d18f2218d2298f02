/** What trials of the images share: whether they can run here, and a podman with the images in it. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGoProgram } from "../kit/build-go-program.ts";
import { makeBaseImages } from "./base-images.ts";
import { type Engine, startEngine } from "./engine.ts";
import { run } from "./run.ts";

const root = join(import.meta.dirname, "../..");
const script = readFileSync(join(import.meta.dirname, "in-network.mjs"), "utf8");

const missing = (
  await Promise.all(
    ["podman", "runc", "mmdebstrap", "go"].map(async (program) => {
      const found = await run("which", [program]).catch(() => "");
      return found === "" ? [program] : [];
    }),
  )
).flat();
/** They run as root on Linux with these programs; CI has no excuse. */
export const isImpossible =
  (missing.length > 0 || process.getuid?.() !== 0) && process.env["CI"] === undefined;

const images = {
  "reelay-api": ["--file", join(root, "src/Dockerfile")],
  "reelay-worker": ["--file", join(root, "render-worker/Dockerfile")],
  "reelay-painter": ["--file", join(root, "render-worker/Dockerfile"), "--target", "painter"],
};

/** An engine with the images, built as docker-compose.yml says. */
export async function startEngineWith(names: readonly (keyof typeof images)[]): Promise<Engine> {
  const composeProgram = await buildGoProgram(
    join(import.meta.dirname, "compose"),
    "github.com/docker/compose/v2/cmd",
  );
  const engine = await startEngine(join(tmpdir(), "reelay-images"), {
    root,
    composeProgram,
    services: ["postgres", "pubsub", "gcs", "bucket", "api", "worker", "painter"],
  });
  try {
    await makeBaseImages(engine.podman, root);
    // Docker's own format: only there has an image a HEALTHCHECK.
    for (const name of names)
      await engine.podman(
        ...["build", "--pull=never", "--network=host", "--format=docker", "--quiet"],
        ...[...images[name], "--tag", name, root],
      );
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

/** Key of a client, for the running API. */
export const createKey = (engine: Engine): Promise<string> =>
  engine.compose(
    ...["exec", "--no-TTY", "api", "node", "create-api-key.js", "--workspace", "default", "--name", "images"],
  );

export interface MadeVideo {
  status: string;
  error: { code: string; message: string } | null;
  variants: { name: string; status: string }[];
  /** Of the first variant's stream. */
  frames: number;
}

/** In a container of its own, with the worker's ffmpeg. */
export async function makeVideo(
  engine: Engine,
  key: string,
  content: { seconds: number } | { script: string },
): Promise<MadeVideo> {
  try {
    const printed = await engine.podman(
      ...["run", "--rm", "--network", "reelay_default", "--entrypoint", "node", "reelay-worker"],
      ...["--input-type=module", "-e", script, key],
      "seconds" in content ? `${content.seconds}` : content.script,
    );
    return JSON.parse(printed) as MadeVideo;
  } catch (error) {
    const logs = await engine.compose("logs", "--no-color", "--tail", "40", "api", "gcs");
    throw new Error(`${(error as Error).message}\n${logs}`, { cause: error });
  }
}
