/**
 * Stand-in for a worker that draws scripts of strangers: holds secrets in its environment, its command line,
 * a file and a listener, runs every script in the strongest jail that it gets, and prints the results as one
 * line of JSON. It is a separate process so that a script can harm a whole worker, and so that it can run as
 * any user and in a container.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { restrictUmask } from "@reelay/process";
import { pino } from "pino";
import { processEnvironment } from "../../../env.ts";
import { RenderError } from "../../../errors.ts";
import { createJail, createNoJail, type Jail } from "../../../jail/index.ts";
import { processesWith } from "../../../jail/testing/processes-with.ts";
import { findPainter } from "../../../painters/index.ts";
import { Painting } from "../../../painting/index.ts";
import { wholeFilm } from "../../../painting/testing/whole-film.ts";
import { setUpEasel } from "../../drawing/index.ts";
import { type Prey, type StrangerScript, strangerScripts, toScript } from "./stranger-scripts.ts";

/** How one script ended. */
interface StrangerEnd {
  /** `DRAWN`, or the code of the error. */
  end: string;
  message: string;
  isRetriable: boolean;
  /** Whether its frames, its messages or its log have a secret. */
  hasSecret: boolean;
  /** What is still there two seconds after its end. */
  left: { processes: string[]; files: string[] };
}

export interface StrangerResult {
  level: string;
  reason: string | null;
  limitsBy: string;
  texReason: string | null;
  ends: Record<string, StrangerEnd>;
  connections: number;
  /** Content of the worker's folder, and whether its file is as it was. */
  files: string[];
  isUnchanged: boolean;
  /** Descriptors that the worker got from scripts. */
  descriptors: number;
  /** The end of a plain script after all others. */
  last: string;
}

restrictUmask();
const [, , mode = "scripts", secret = ""] = process.argv;
const isControl = mode === "control";
const path = processEnvironment["PATH"] ?? "";
const home = await mkdtemp(join(tmpdir(), "strangers-"));
// Folders of a worker can be entered by other users: the jail holds them, not permissions.
await chmod(home, 0o755);
const canary = join(home, "canary.txt");
await writeFile(canary, secret);
await chmod(canary, 0o644);

let connections = 0;
const listener = createServer((socket) => {
  connections += 1;
  socket.end();
});
await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));

const jail: Jail = isControl
  ? { ...createNoJail(), level: "LIMITED", reason: null }
  : await createJail({ sandbox: "limited", path, folders: [home] });
const painter = isControl
  ? { ...(await findPainter({ manimPython: processEnvironment["MANIM_PYTHON"], path })), jail }
  : await findPainter({ manimPython: processEnvironment["MANIM_PYTHON"], path }, [jail]);
const log = pino({ level: "silent" });

async function draw(script: StrangerScript, prey: Prey): Promise<StrangerEnd> {
  const folder = join(home, prey.marker);
  const materials = `${folder}-materials`;
  await mkdir(materials);
  await chmod(materials, 0o755);
  for (const [name, content] of Object.entries(script.materials?.(prey) ?? {})) {
    await writeFile(join(materials, name), content);
    await chmod(join(materials, name), 0o644);
  }
  let failure: Error | undefined;
  let frames = Buffer.of();
  try {
    await using easel = await setUpEasel(painter, {
      ...{ folder, readable: [materials] },
      file: { name: "scene.py", content: Buffer.from(toScript(script, prey)) },
    });
    await using painting = new Painting({
      ...easel,
      job: {
        ...{ version: 1, mode: "DRAW", script: easel.file, scene: null, width: 64, height: 36 },
        ...{ frameRate: 15, renderer: "CAIRO", seed: 0 },
        materials: { folder: materials, fonts: script.fonts ?? [] },
      },
      limits: {
        ...{ cpuSeconds: 60, memoryBytes: 4 * 1024 ** 3, silenceMs: 60_000, durationMs: 60_000 },
        ...script.limits,
      },
      signal: new AbortController().signal,
      log,
    });
    frames = await buffer(wholeFilm(painting, await painting.count(), (error) => (failure = toError(error))));
  } catch (error) {
    failure = toError(error);
  }
  await rm(materials, { recursive: true });
  const reported = failure instanceof RenderError ? failure.reported : undefined;
  const said = failure === undefined ? "" : `${String(failure)}\n${JSON.stringify(reported ?? null)}`;
  return {
    end: failure === undefined ? "DRAWN" : (reported?.code ?? `UNEXPECTED: ${String(failure)}`),
    message: reported?.message ?? "",
    isRetriable: reported?.retriable ?? failure !== undefined,
    hasSecret: said.includes(secret) || frames.includes(secret),
    left: await leftovers(prey.marker),
  };
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Processes and files of a script, once there are none or two seconds have passed. */
async function leftovers(marker: string): Promise<StrangerEnd["left"]> {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const processes = await processesWith(marker);
    const files = (await readdir(home)).filter((name) => name !== "canary.txt");
    if (waitedMs >= 2_000 || processes.length + files.length === 0) return { processes, files };
    await sleep(100);
  }
}

const plain: StrangerScript = {
  name: "a plain script",
  body: () => "self.play(Create(Circle()), run_time=0.2)",
  ends: ["DRAWN"],
};
const { port } = listener.address() as AddressInfo;
const prey = { canary, port, worker: process.pid };
const marker = `stranger-${process.pid}`;
const before = await stat(canary);
const countDescriptors = async () => (await readdir("/proc/self/fd")).length;
// A first drawing opens what the worker keeps.
await draw(plain, { ...prey, marker: `${marker}-first` });
const descriptorsBefore = await countDescriptors();
const ends: Record<string, StrangerEnd> = {};
const only = processEnvironment["ONLY"];
for (const [index, script] of strangerScripts.entries()) {
  if ((isControl && !script.isControl) || (only && !script.name.includes(only))) continue;
  ends[script.name] = await draw(script, { ...prey, marker: `${marker}-${index}-` });
  if (processEnvironment["VERBOSE"])
    process.stderr.write(`${script.name}: ${JSON.stringify(ends[script.name])}\n`);
}
const last = await draw(plain, { ...prey, marker: `${marker}-last` });
const after = await stat(canary);
const result: StrangerResult = {
  ...{ level: jail.level, reason: jail.reason, limitsBy: jail.limitsBy, texReason: painter.texReason },
  ...{ ends, connections, files: await readdir(home), last: last.end },
  isUnchanged:
    (await readFile(canary, "utf8")) === secret &&
    after.mtimeMs === before.mtimeMs &&
    after.mode === before.mode,
  descriptors: (await countDescriptors()) - descriptorsBefore,
};
listener.close();
await rm(home, { recursive: true });
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
