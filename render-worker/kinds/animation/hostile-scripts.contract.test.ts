/**
 * Scripts that try to leave the jail, to harm the worker, or to forge the stream, against the real painter in
 * each level of the jail. The corpus of the jail itself has the system calls one by one.
 */
import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEnvironment } from "../../env.ts";
import type { RenderError } from "../../errors.ts";
import { createJail, createNoJail, type Jail } from "../../jail/index.ts";
import { processesWith } from "../../jail/testing/processes-with.ts";
import { ToolNotFoundError } from "../../media/ffmpeg/index.ts";
import { findTex } from "../../painters/find-tex.ts";
import { findPainter, type InstalledPainter } from "../../painters/index.ts";
import { Painting, type PaintingLimits } from "../../painting/index.ts";
import { wholeFilm } from "../../painting/testing/whole-film.ts";
import { startWorker, testTools } from "../../testing/kit.ts";
import { setUpEasel } from "../drawing/index.ts";
import { prepareKinds } from "../index.ts";

const path = processEnvironment["PATH"] ?? "";
const manim = { manimPython: processEnvironment["MANIM_PYTHON"], path };
const isInCI = processEnvironment["CI"] === "true";
/** Required in CI, elsewhere skipped without it. */
const installed = await findPainter(manim).catch((error: unknown) => {
  if (isInCI || !(error instanceof ToolNotFoundError)) throw error;
  return null;
});

const MIB = 1024 ** 2;
const CANARY = "canary-of-the-worker";

let folder: string;
let listener: Server;
let connections = 0;
let jails: Record<"FULL" | "LIMITED", Jail>;
const painters = new Map<Jail, Promise<InstalledPainter>>();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reelay-hostile-"));
  await chmod(folder, 0o755);
  await writeFile(join(folder, "canary.txt"), CANARY);
  listener = createServer((socket) => {
    connections += 1;
    socket.end();
  }).listen(0, "127.0.0.1");
  const options = { sandbox: "limited", path, folders: [folder] } as const;
  jails = {
    FULL: await createJail(options),
    LIMITED: await createJail({ ...options, strongest: "LIMITED" }),
  };
});
afterAll(async () => {
  listener.close();
  await rm(folder, { recursive: true, force: true });
});

const scene = (body: string): string =>
  [
    "from manim import *",
    "class Hostile(Scene):",
    "  def construct(self):",
    ...body
      .trim()
      .split("\n")
      .map((line) => `    ${line}`),
  ].join("\n");

function painterIn(jail: Jail): Promise<InstalledPainter> {
  const known = painters.get(jail) ?? findPainter(manim, jail);
  painters.set(jail, known);
  return known;
}

/** Draws a script to its end. */
async function draw(jail: Jail, text: string, limits: Partial<PaintingLimits> = {}) {
  const name = randomUUID();
  const painter = await painterIn(jail);
  await using easel = await setUpEasel(painter, {
    ...{ jail, folder: join(folder, name), file: { name: "scene.py", content: Buffer.from(text) } },
  });
  await using painting = new Painting({
    ...easel,
    job: {
      ...{ version: 1, mode: "DRAW", script: easel.file, scene: null, width: 64, height: 36 },
      ...{ frameRate: 15, renderer: "CAIRO", seed: 0 },
    },
    limits: {
      ...{ cpuSeconds: 60, memoryBytes: 4096 * MIB, silenceMs: 60_000, durationMs: 60_000 },
      ...limits,
    },
    signal: new AbortController().signal,
    log: pino({ level: "silent" }),
  });
  let failure: unknown;
  const bytes = await (async () => {
    const frames = wholeFilm(painting, await painting.count(), (error) => (failure = error));
    return (await buffer(frames)).length;
  })().catch((error: unknown) => {
    failure = error;
    return 0;
  });
  return { bytes, failure: (failure as RenderError | undefined)?.reported };
}

/** Names what succeeded in the message of its exception. */
const escapes = (port: number) =>
  scene(`
import os, glob, socket, ctypes
got = []
def attempt(name, does):
  try:
    if does(): got.append(name)
  except BaseException: pass
def connect(family, kind, to):
  with socket.socket(family, kind) as one: one.connect(to); return True
def environments():
  own = (str(os.getpid()), "self", "thread-self")
  return [p for p in glob.glob("/proc/*/environ") if p.split("/")[2] not in own and open_or_none(p)]
def open_or_none(path):
  try: return open(path, "rb").read()
  except OSError: return None
attempt("read a file of the worker", lambda: "canary" in open("${join(folder, "canary.txt")}").read())
attempt("read /etc/shadow", lambda: open("/etc/shadow").read())
attempt("find a secret in its environment", lambda: "canary" in str(os.environ).lower())
attempt("read another process's environment", environments)
attempt("connect to a port of this machine", lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", ${port})))
attempt("open a UDP socket", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 9)))
attempt("open a Unix socket", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, chr(0) + "reelay"))
attempt("write to the painter", lambda: open(__import__("manim").__file__, "a"))
attempt("write outside of its folder", lambda: open("/var/tmp/escaped", "w"))
attempt("leave a link", lambda: os.symlink("/etc/shadow", os.environ["HOME"] + "/link") is None)
attempt("leave a pipe", lambda: os.mkfifo(os.environ["HOME"] + "/pipe") is None)
attempt("become root", lambda: os.setuid(0) is None or os.getuid() == 0)
attempt("trace its parent", lambda: ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0)
attempt("make a namespace", lambda: ctypes.CDLL(None).unshare(0x10000000) == 0)
attempt("open the kernel's log", lambda: open("/dev/kmsg"))
attempt("signal the worker", lambda: "node" in open("/proc/${process.pid}/comm").read() and os.kill(${process.pid}, 0) is None)
raise RuntimeError("escapes: " + ", ".join(got))
`);

/** Ways around the first ones: libraries that open files, other calls on files, settings of the worker. */
const detours = (port: number) =>
  scene(String.raw`
import av, ctypes, os, resource, stat
got = []
canary, worker, libc = "${join(folder, "canary.txt")}", ${process.pid}, ctypes.CDLL(None)
def attempt(name, does):
  try:
    if does(): got.append(name)
  except BaseException: pass
def kind_of(number):
  try: mode = os.fstat(number).st_mode
  except OSError: return None
  return "socket" if stat.S_ISSOCK(mode) else "folder" if stat.S_ISDIR(mode) else None
attempt("read a file by a handle without rights", lambda: open(f"/proc/self/fd/{os.open(canary, os.O_PATH)}").read())
attempt("read a file by FFmpeg", lambda: av.open(canary, format="u8"))
attempt("read a file by Typst", lambda: MathTypst(f'#read("{canary}")'))
attempt("reach a port by FFmpeg", lambda: av.open("http://127.0.0.1:${port}/"))
attempt("empty a file", lambda: os.truncate(canary, 0) is None)
attempt("remove a file", lambda: os.unlink(canary) is None)
attempt("take a file", lambda: os.rename(canary, "taken") is None)
attempt("link a file", lambda: os.link(canary, "linked") is None)
attempt("change the rights of a file", lambda: os.chmod(canary, 0o777) is None)
attempt("change the time of a file", lambda: os.utime(canary, (0, 0)) is None)
attempt("watch a file", lambda: libc.inotify_add_watch(libc.inotify_init(), canary.encode(), 0xfff) >= 0)
attempt("read the worker's command line", lambda: b"node" in open(f"/proc/{worker}/cmdline", "rb").read())
attempt("read the worker's limits", lambda: resource.prlimit(worker, resource.RLIMIT_NOFILE))
attempt("move the worker to one processor", lambda: os.sched_setaffinity(worker, {0}) is None)
attempt("raise its own limits", lambda: resource.setrlimit(resource.RLIMIT_DATA, (-1, -1)) is None)
attempt("raise its own priority", lambda: os.nice(-5) < 0)
attempt("share memory", lambda: libc.shmget(4711, 4096, 0o1666) >= 0)
# The stream itself is a socket.
found = [kind for kind in map(kind_of, range(3, 4096)) if kind]
attempt(f"find descriptors of the worker ({found})", lambda: found != ["socket"])
raise RuntimeError("detours: " + ", ".join(got))
`);

/** Writes to every descriptor that could be the stream's. */
const writing = (bytes: string) =>
  scene(`
import os
for number in range(1, 64):
  try: os.write(number, ${bytes})
  except OSError: pass
self.wait(1)
`);

/** The jail shows scripts a file that TeX may not read. The worker runs the script twice, and TeX once. */
const formulas = scene(String.raw`
import os, subprocess
if not hasattr(subprocess, "started"):
  real, subprocess.started, subprocess.grown = subprocess.run, [], []
  def run(command, **more):
    subprocess.started.append(command[0])
    return real(command, **more)
  subprocess.run = run
before = len(subprocess.started)
formula = MathTex(r"\int_0^1 x^2\,dx = \frac{1}{3}")
subprocess.grown.append(subprocess.started[before:])
assert subprocess.grown in ([["latex", "dvisvgm"]], [["latex", "dvisvgm"], []]), subprocess.grown
self.play(FadeIn(formula), run_time=0.2)
hidden = "/etc/fonts/fonts.conf"
assert "<fontconfig>" in open(hidden).read()
MathTex(r"\newread\f\openin\f=HIDDEN \ifeof\f closed\else\wasOpened\fi".replace("HIDDEN", hidden))
MathTex(r"y\immediate\write18{touch shell}")
assert not os.path.exists("shell")
`);

const marker = `reelay-leftover-${randomUUID()}`;

// What the levels share is tried in one of them.
test.skipIf(installed === null).each([
  ["loops", scene("while True: pass"), { cpuSeconds: 3 }, ["SCRIPT_TIME"]],
  ["sleeps", scene("import time; time.sleep(600)"), { silenceMs: 3_000 }, ["SCRIPT_TIME"]],
  [
    "fills the memory",
    scene("all = [bytearray(64 * 2**20) for _ in range(200)]"),
    { memoryBytes: 1024 * MIB },
    ["SCRIPT_MEMORY"],
  ],
  [
    "fills the disk",
    scene(`
import os
for number in range(8):
  with open(f"{os.environ['HOME']}/{number}", "wb") as file:
    for _ in range(400): file.write(bytes(2**20))
`),
    {},
    ["SCRIPT_FAILED", "SCRIPT_OUTPUT"],
  ],
  [
    "stops itself",
    scene("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
    { silenceMs: 3_000 },
    ["SCRIPT_TIME"],
  ],
  ["never stops waiting", scene("while True: self.wait(1)"), { cpuSeconds: 3 }, ["SCRIPT_TIME"]],
  ["announces 4 GiB", writing("b'FRAM' + b'\\xff' * 12"), {}, ["PAINTER_PROTOCOL"]],
  [
    "nests an event",
    writing("b'EVNT' + bytes(8) + (60_000).to_bytes(4, 'little') + b'[' * 60_000"),
    {},
    ["PAINTER_PROTOCOL"],
  ],
  ["ends Python", scene("import os; os._exit(0)"), {}, ["SCRIPT_FAILED"]],
  ["writes into the stream", writing("b'EVIL' * 4"), {}, ["PAINTER_PROTOCOL"]],
  [
    "forges its end",
    writing(
      `b'EVNT' + bytes(8) + bytes([41, 0, 0, 0]) + b'{"type":"done","animations":1,"frames":900}'[:41]`,
    ),
    {},
    ["PAINTER_PROTOCOL", "SCRIPT_EMPTY"],
  ],
])("a script that %s ends with an error of its own", async (_what, text, limits, codes) => {
  const { failure } = await draw(jails.FULL, text, limits);
  expect(failure).toMatchObject({ code: expect.toBeOneOf(codes), scope: "INPUT", retriable: false });
});

const hasTex = (await findTex(path)) !== null;

test.skipIf(installed === null)(
  "with a jail that holds nothing, the worker offers no scripts, and reports what a script could do",
  async () => {
    const broken: Jail = { ...createNoJail(), level: "FULL", reason: null };
    await using worker = await startWorker();
    await using kinds = await prepareKinds({
      ...{ config: worker.config, jail: broken, log: worker.log },
      findFfmpeg: () => testTools(),
      findPainter: () => findPainter(manim, broken),
    });
    const { kinds: offered, refused } = kinds.offer();
    expect(offered.map(({ name }) => name)).not.toContain("ANIMATION");
    const reason = expect.stringMatching(
      /in the jail FULL .* a script could read a file of the worker, write outside of its folder, .*reach a port/,
    );
    expect(refused).toContainEqual({ name: "ANIMATION", reason });
    expect(worker.logged("kind.refused")).toContainEqual(
      expect.objectContaining({ kind: "ANIMATION", reason }),
    );
  },
);

describe.skipIf(installed === null).each(["FULL", "LIMITED"] as const)("in the jail %s", (level) => {
  test("a script finds nothing, reaches nothing, and leaves nothing", async () => {
    const jail = jails[level];
    expect(jail.level).toBe(level);
    const { port } = listener.address() as AddressInfo;
    const { failure } = await draw(jail, escapes(port));
    expect(failure).toMatchObject({ code: "SCRIPT_FAILED", scope: "INPUT" });
    expect(failure?.message).toMatch(/escapes:$/);
    expect(await readdir(folder)).toEqual(["canary.txt"]);
  });

  test("no detour leads to files, ports, settings or descriptors of the worker", async () => {
    const { port } = listener.address() as AddressInfo;
    const { failure } = await draw(jails[level], detours(port));
    expect(failure?.message).toMatch(/detours:$/);
    expect(await readFile(join(folder, "canary.txt"), "utf8")).toBe(CANARY);
    expect(connections).toBe(0);
  });

  test.skipIf(!hasTex && !isInCI)(
    "formulas are drawn with a TeX that reads no files and starts no programs (skipped without TeX)",
    async () => {
      const jail = jails[level];
      expect((await painterIn(jail)).texReason).toBeNull();
      const drawn = await draw(jail, formulas);
      expect(drawn).toEqual({ bytes: expect.any(Number), failure: undefined });
      expect(drawn.bytes).toBeGreaterThan(64 * 36 * 4);
      const { failure } = await draw(jail, scene(String.raw`MathTex(r"x \nosuchmacro y")`));
      expect(failure).toMatchObject({ code: "TEX_FAILED", scope: "INPUT", retriable: false });
      expect(failure?.message).toMatch(
        /^line 4, column 5: TeX \(latex\) cannot typeset this: Undefined control sequence\. Near: .*\\nosuchmacro$/,
      );
    },
  );

  test("processes that a script leaves end with it, and the next script starts clean", async () => {
    const forking = scene(`
import os, subprocess
subprocess.Popen(["/bin/sh", "-c", "exec sleep 600 ${marker}-${level}; :"])
for _ in range(2_000):
  try:
    if os.fork() == 0: __import__("time").sleep(600)
  except OSError: break
self.wait(1)
`);
    await draw(jails[level], forking, { silenceMs: 20_000 });
    expect(await processesWith(`${marker}-${level}`)).toEqual([]);
    const next = await draw(jails[level], scene("self.play(Create(Circle()))"));
    expect(next).toEqual({ bytes: expect.any(Number), failure: undefined });
    expect(next.bytes).toBeGreaterThan(64 * 36 * 4);
  });
});
