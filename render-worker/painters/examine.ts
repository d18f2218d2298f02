import { randomUUID } from "node:crypto";
import { mkdtemp, readlink, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Program, ProgramResult } from "../programs/index.ts";

/** Patience for a machine under load: it takes less than a second of CPU time. */
const WITHIN_MS = 60_000;

const Examination = z.object({
  version: z.string().max(200),
  texFailure: z.string().nullable(),
  escapes: z.array(z.string()),
});
type Examination = z.infer<typeof Examination>;

/** What a process can reach if its jail does not hold. */
interface Target extends AsyncDisposable {
  /** A file of the worker. */
  file: string;
  /** Of 127.0.0.1. */
  port: number;
  /** Name of an abstract Unix socket. */
  socket: string;
  /** The worker, and its namespace of processes. */
  pid: number;
  namespace: string;
}

interface ExamineOptions {
  hasTex: boolean;
  /** Whether it must find no way out of its jail. */
  isConfined: boolean;
}

/** Runs a painter's check of itself, in its jail. */
export async function examinePainter(
  program: Program,
  args: readonly string[],
  { hasTex, isConfined }: ExamineOptions,
): Promise<{ ok: true; found: Examination } | { ok: false; reason: string }> {
  await using target = isConfined ? await createTarget() : null;
  const folder = await mkdtemp(join(tmpdir(), "reelay-painter-"));
  try {
    const inFolder = await program.writing(folder);
    const result = await inFolder.run([...args, "--examine", JSON.stringify({ hasTex, target })], {
      cwd: folder,
      env: { HOME: folder, TMPDIR: folder },
      timeoutMs: WITHIN_MS,
    });
    const found = Examination.safeParse(parseJson(result.stdout));
    return found.success ? { ok: true, found: found.data } : { ok: false, reason: reasonOf(result) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function createTarget(): Promise<Target> {
  await using undo = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "reelay-target-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "secret");
  await writeFile(file, "secret");
  const socket = `reelay-target-${randomUUID()}`;
  const [byPort, bySocket] = [undo.use(createServer()), undo.use(createServer())];
  await listen(byPort, { port: 0, host: "127.0.0.1" });
  await listen(bySocket, { path: `\0${socket}` });
  const address = byPort.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const namespace = await readlink("/proc/self/ns/pid");
  const kept = undo.move();
  return {
    ...{ file, port, socket, pid: process.pid, namespace },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const listen = (server: Server, on: { port: number; host: string } | { path: string }) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.on("connection", (connection) => connection.destroy());
    server.listen(on, resolve);
  });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const reasonOf = ({ endedFor, stderr, signal, exitCode }: ProgramResult): string =>
  endedFor ?? (stderr.trim().split("\n").at(-1) || `it ended with ${signal ?? exitCode}`);
