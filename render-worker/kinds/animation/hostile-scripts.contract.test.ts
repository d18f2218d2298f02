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
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processEnvironment } from "../../env.ts";
import type { RenderError } from "../../errors.ts";
import { createJail, createNoJail, type Jail, jailsFrom } from "../../jail/index.ts";
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
  const known = painters.get(jail) ?? findPainter(manim, [jail]);
  painters.set(jail, known);
  return known;
}

/** Draws a script to its end. */
async function draw(jail: Jail, text: string, limits: Partial<PaintingLimits> = {}) {
  const name = randomUUID();
  const painter = await painterIn(jail);
  await using easel = await setUpEasel(painter, {
    ...{ folder: join(folder, name), file: { name: "scene.py", content: Buffer.from(text) } },
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

/** Calls of the kernel by number and by library, as an attacker with ctypes has them. */
const attacks = () =>
  scene(String.raw`
import ctypes, glob, importlib, io, mmap, os, select, signal, socket, struct, subprocess, sys, threading
got = []
canary, worker = "${join(folder, "canary.txt")}", ${process.pid}
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
arm = os.uname().machine == "aarch64"
numbers = {
  "memfd_create": (319, 279), "execveat": (322, 281), "io_uring_setup": (425, 425), "pidfd_open": (434, 434),
  "pidfd_getfd": (438, 438), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
  "userfaultfd": (323, 282), "perf_event_open": (298, 241), "bpf": (321, 280), "keyctl": (250, 219),
  "add_key": (248, 217), "fanotify_init": (300, 262), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
  "clone3": (435, 435), "setns": (308, 268), "unshare": (272, 97), "mount": (165, 40), "pivot_root": (155, 41),
  "chroot": (161, 51), "move_mount": (429, 429), "fsopen": (430, 430), "open_tree": (428, 428),
  "init_module": (175, 105), "kexec_load": (246, 104), "reboot": (169, 142), "swapon": (167, 224), "acct": (163, 89),
  "sethostname": (170, 161), "settimeofday": (164, 170), "personality": (135, 92), "ptrace": (101, 117),
  "migrate_pages": (256, 238), "move_pages": (279, 239), "syslog": (103, 116), "quotactl": (179, 60),
  "mq_open": (240, 180), "semget": (64, 190), "shmget": (29, 194), "msgget": (68, 186), "process_madvise": (440, 440),
  "process_mrelease": (448, 448), "memfd_secret": (447, 447), "rt_sigqueueinfo": (129, 138), "tgkill": (234, 131),
}
def call(name, *rest):
  return libc.syscall(numbers[name][arm], *rest)
def attempt(name, does):
  try:
    if does(): got.append(name)
  except BaseException: pass
own = os.getpid()
# Ids of other namespaces do not name the worker.
sees_worker = os.path.exists(f"/proc/{worker}")
space = ctypes.create_string_buffer(4096)
class iovec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
here, there = iovec(ctypes.addressof(space), 8), iovec(0x400000, 8)
attempt("io_uring", lambda: call("io_uring_setup", 1, space) >= 0)
attempt("read the worker's memory", lambda: sees_worker and call("process_vm_readv", worker, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0)
attempt("write the worker's memory", lambda: sees_worker and call("process_vm_writev", worker, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0)
attempt("open the worker's memory", lambda: sees_worker and open(f"/proc/{worker}/mem", "rb"))
attempt("take a descriptor of the worker", lambda: sees_worker and call("pidfd_getfd", call("pidfd_open", worker, 0), 0, 0) >= 0)
attempt("compare with the worker", lambda: sees_worker and call("kcmp", own, worker, 0, 0, 0) >= 0)
attempt("attach to the worker", lambda: sees_worker and call("ptrace", 16, worker, 0, 0) == 0)
attempt("queue a signal for the worker", lambda: sees_worker and call("rt_sigqueueinfo", worker, 0, space) == 0)
attempt("signal the worker's group", lambda: sees_worker and os.killpg(os.getpgid(worker), 0) is None)
attempt("userfaultfd", lambda: call("userfaultfd", 0) >= 0)
attempt("perf events", lambda: call("perf_event_open", space, 0, -1, -1, 0) >= 0)
attempt("bpf", lambda: call("bpf", 0, space, 128) >= 0)
attempt("read the keyring", lambda: call("keyctl", 0, -3, 0) >= 0)
attempt("add a key", lambda: call("add_key", b"user", b"reelay", b"x", 1, -3) >= 0)
attempt("fanotify", lambda: call("fanotify_init", 0, 0) >= 0)
attempt("open a file by its handle", lambda: call("open_by_handle_at", -100, space, 0) >= 0)
attempt("a namespace by clone3", lambda: call("clone3", struct.pack("11Q", 0x10000000, *([0] * 10)), 88) >= 0)
attempt("the worker's namespace", lambda: call("setns", os.open("/proc/1/ns/mnt", 0), 0) == 0)
attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0) == 0)
attempt("open a file system", lambda: call("fsopen", b"tmpfs", 0) >= 0)
attempt("clone a tree of mounts", lambda: call("open_tree", -100, b"/", 1) >= 0)
attempt("chroot", lambda: call("chroot", b"/tmp") == 0)
attempt("load a module", lambda: call("init_module", space, 1, b"") == 0)
attempt("change the host's name", lambda: call("sethostname", b"x", 1) == 0)
attempt("set the clock", lambda: call("settimeofday", space, 0) == 0)
attempt("read the kernel's log", lambda: call("syslog", 3, space, 4096) >= 0)
attempt("a queue of messages", lambda: call("msgget", 4711, 0o1666) >= 0)
attempt("semaphores", lambda: call("semget", 4711, 1, 0o1666) >= 0)
attempt("free the worker's memory", lambda: sees_worker and call("process_mrelease", call("pidfd_open", worker, 0), 0) == 0)
attempt("pass descriptors through a socket", lambda: socket.socketpair()[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", 2))]))
attempt("a raw socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("a packet socket", lambda: socket.socket(17, socket.SOCK_RAW))
attempt("a netlink socket", lambda: socket.socket(16, socket.SOCK_RAW, 0))
attempt("a vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("the kernel's crypto", lambda: socket.socket(38, socket.SOCK_SEQPACKET))
attempt("a wifi of IPv6", lambda: socket.create_connection(("::1", ${(listener.address() as AddressInfo).port}), 1))
attempt("the metadata server", lambda: socket.create_connection(("169.254.169.254", 80), 1))
attempt("a name", lambda: socket.getaddrinfo("localhost", 80) and socket.create_connection(("localhost", ${(listener.address() as AddressInfo).port}), 1))
attempt("a hard link to a file of the worker", lambda: os.link(canary, os.environ["HOME"] + "/hard") is None)
attempt("a symbolic link in its folder", lambda: os.symlink(canary, os.environ["HOME"] + "/soft") is None)
attempt("a device", lambda: os.mknod(os.environ["HOME"] + "/null", 0o20666, os.makedev(1, 3)) is None)
attempt("a root through the worker's process", lambda: os.listdir(f"/proc/{worker}/root") if sees_worker else os.listdir("/proc/1/root/home/.."[:0] or "/root"))
attempt("the worker's folder", lambda: sees_worker and os.listdir(f"/proc/{worker}/cwd"))
attempt("descriptors of its parent", lambda: any(b"pipe" not in os.readlink(p).encode() for p in glob.glob(f"/proc/{os.getppid()}/fd/*")))
attempt("its parent's environment", lambda: b"canary" in open(f"/proc/{os.getppid()}/environ", "rb").read())
attempt("the environment of a thread", lambda: any(b"canary" in open(p, "rb").read() for p in glob.glob("/proc/*/task/*/environ")))
attempt("the worst score of the worker", lambda: sees_worker and open(f"/proc/{worker}/oom_score_adj", "w").write("1000"))
attempt("settings of the kernel", lambda: open("/proc/sys/kernel/core_pattern", "w"))
attempt("a request of the system", lambda: open("/proc/sysrq-trigger", "w"))
attempt("control groups", lambda: any(open(p, "a") for p in glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True)))
attempt("a program that grants rights", lambda: any(subprocess.run([p, "-c", "id -u"], capture_output=True, text=True).stdout.strip() == "0" for p in ("/bin/su", "/usr/bin/sudo", "/bin/mount")))
attempt("another group", lambda: os.setgroups([0]) is None)
attempt("capabilities by prctl", lambda: libc.prctl(47, 2, 21, 0, 0) == 0)
attempt("dumps by prctl", lambda: libc.prctl(0x59616d61, -1, 0, 0, 0) == 0)
attempt("input of a terminal", lambda: __import__("fcntl").ioctl(0, 0x5412, b"x") is not None)
attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None)
attempt("modules of the painter", lambda: open(importlib.import_module("reelay_painter.protocol").__file__, "a"))
attempt("a module that the painter will load", lambda: open(os.path.join(os.path.dirname(importlib.import_module("manim").__file__), "evil.py"), "w"))
attempt("site packages of others", lambda: glob.glob("/home/*/.*") + glob.glob("/root/*"))
attempt("settings of the worker's fonts", lambda: open("/etc/fonts/fonts.conf", "a"))
attempt("a picture of the worker's", lambda: __import__("PIL.Image").Image.open(canary).load())
attempt("a drawing of the worker's", lambda: SVGMobject(canary))
attempt("a sound of the worker's", lambda: self.add_sound(canary))
attempt("a file by Typst", lambda: Typst(f'#read("{canary}")'))
attempt("a file above by Typst", lambda: Typst('#read("../../../../../../etc/passwd")'))
raise RuntimeError("attacks: " + ", ".join(got))
`);

/** The painter calls the script. */
const findProtocol = `
import sys
caller = sys._getframe()
while "protocol" not in caller.f_locals: caller = caller.f_back
protocol = caller.f_locals["protocol"]`;

/** The painter shares its process with the script, which can break it: then none of its records counts. */
const saboteurs: [string, string, Partial<PaintingLimits>, string[]][] = [
  [
    "replaces the writer of the stream",
    `
import sys
protocol = sys.modules["reelay_painter.protocol"].Protocol
protocol.frame = lambda *a, **k: None
protocol.rectangle = lambda *a, **k: None
self.wait(1)
`,
    {},
    ["PAINTER_PROTOCOL", "SCRIPT_EMPTY", "SCRIPT_FAILED", "SCRIPT_OUTPUT"],
  ],
  [
    "finds the stream on the stack and closes it",
    `${findProtocol}
import os
os.close(protocol._descriptor)
self.wait(1)
`,
    {},
    ["PAINTER_PROTOCOL", "SCRIPT_FAILED", "SCRIPT_EMPTY"],
  ],
  [
    "sends frames of other sizes",
    `${findProtocol}
protocol.frame(memoryview(b"x" * 10), 2**31)
`,
    {},
    ["PAINTER_PROTOCOL"],
  ],
  [
    "puts its log in the place of the stream",
    `
import os
for number in range(3, 64):
  try: os.dup2(2, number)
  except OSError: pass
self.wait(1)
`,
    {},
    ["PAINTER_PROTOCOL", "SCRIPT_FAILED", "SCRIPT_EMPTY"],
  ],
  [
    "says that it is done before it has begun",
    `${findProtocol}
protocol.event("done", animations=0, frames=0)
self.wait(1)
`,
    {},
    ["PAINTER_PROTOCOL", "SCRIPT_EMPTY"],
  ],
  [
    "counts again and again",
    `${findProtocol}
for _ in range(50_000):
  protocol.event("counted", animations=1, durationMs=1000, frames=15, hasAudio=False, framesOfEach=[15])
`,
    { cpuSeconds: 20 },
    ["PAINTER_PROTOCOL", "SCRIPT_OUTPUT", "SCRIPT_TIME"],
  ],
  [
    "traces the painter's calls and raises in them",
    `
import sys
def trace(frame, event, argument):
  if "reelay_painter" in frame.f_code.co_filename: raise RuntimeError("traced")
  return trace
sys.settrace(trace)
self.wait(1)
`,
    {},
    ["SCRIPT_FAILED", "PAINTER_PROTOCOL", "SCRIPT_EMPTY"],
  ],
  [
    "opens a picture that unfolds to gigabytes",
    `
import io, struct, zlib
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
def chunk(kind, data): return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
side = 60_000
packer = zlib.compressobj(9)
rows = b"".join(packer.compress(bytes(1 + 3 * side)) for _ in range(2_000)) + packer.flush()
bomb = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
Image.open(io.BytesIO(bomb)).convert("RGBA")
`,
    { memoryBytes: 1024 * MIB, cpuSeconds: 40 },
    ["SCRIPT_MEMORY", "SCRIPT_FAILED", "SCRIPT_TIME"],
  ],
  [
    "nests drawings in drawings",
    `
import os
levels = "".join(f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
with open(os.environ["HOME"] + "/bomb.svg", "w") as file:
  file.write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs><rect id="a0" width="1" height="1"/>' + levels + '</defs><use href="#a11"/></svg>')
SVGMobject(os.environ["HOME"] + "/bomb.svg")
`,
    { memoryBytes: 1024 * MIB, cpuSeconds: 10, silenceMs: 20_000 },
    ["SCRIPT_MEMORY", "SCRIPT_FAILED", "SCRIPT_TIME"],
  ],
  [
    "ignores every signal and stays",
    `
import signal, threading, time
for number in range(1, 65):
  try: signal.signal(number, signal.SIG_IGN)
  except (OSError, ValueError): pass
threading.Thread(target=lambda: time.sleep(600)).start()
time.sleep(600)
`,
    { silenceMs: 3_000 },
    ["SCRIPT_TIME"],
  ],
  [
    "kills its whole group",
    `
import os, signal
os.killpg(0, signal.SIGKILL)
`,
    {},
    ["SCRIPT_FAILED"],
  ],
  [
    "crashes the interpreter",
    `
import ctypes
ctypes.string_at(0)
`,
    {},
    ["SCRIPT_FAILED"],
  ],
  [
    "floods its log",
    `
import os
while True: os.write(2, b"x" * 65536)
`,
    { cpuSeconds: 5, silenceMs: 5_000 },
    ["SCRIPT_OUTPUT", "SCRIPT_TIME"],
  ],
];

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
      findPainter: () => findPainter(manim, [broken]),
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

test.skipIf(installed === null)(
  "a jail that a script can leave is followed by the next one, and scripts run in that, whatever other programs have",
  async () => {
    const leaking: Jail = { ...createNoJail(), level: "FULL", reason: null };
    const painter = await findPainter(manim, [leaking, jails.LIMITED]);
    expect(painter.jail).toEqual({
      level: "LIMITED",
      reason: expect.stringMatching(
        /^in the jail FULL of this worker, a script could read a file of the worker, /,
      ),
    });
    painters.set(leaking, Promise.resolve(painter));
    const { port } = listener.address() as AddressInfo;
    const { failure } = await draw(leaking, escapes(port));
    expect(failure?.message).toMatch(/escapes:$/);
    await using worker = await startWorker();
    await using kinds = await prepareKinds({
      ...{ config: worker.config, jail: leaking, log: worker.log },
      findFfmpeg: () => testTools(),
      findPainter: () => Promise.resolve(painter),
    });
    const offered = kinds.offer().kinds.find(({ name }) => name === "ANIMATION");
    expect(offered).toMatchObject({ runtime: "manim", jail: { level: "LIMITED" } });
  },
);

test("the jails of a worker go from the strongest to the weakest that the operator allows", async () => {
  const levels = async (options: Parameters<typeof jailsFrom>[1]) => {
    const found = [];
    for await (const { level } of jailsFrom(jails.FULL, options)) found.push(level);
    return found;
  };
  expect(await levels({ sandbox: "auto", path, folders: [folder] })).toEqual(["FULL", "LIMITED"]);
  expect(await levels({ sandbox: "required", path, folders: [folder] })).toEqual(["FULL"]);
});

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

  test("no system call, socket, file or library leads out, and the worker is left alone", async () => {
    const { failure } = await draw(jails[level], attacks());
    expect(failure).toMatchObject({ code: "SCRIPT_FAILED", scope: "INPUT" });
    expect(failure?.message).toMatch(/attacks:$/);
    expect(await readdir(folder)).toEqual(["canary.txt"]);
    expect(await readFile(join(folder, "canary.txt"), "utf8")).toBe(CANARY);
    expect(connections).toBe(0);
  });

  test.each(saboteurs)(
    "a script that %s ends with an error of its own",
    async (_what, body, limits, codes) => {
      const { failure } = await draw(jails[level], scene(body), limits);
      expect(failure).toMatchObject({ code: expect.toBeOneOf(codes), retriable: false });
      // It failed for what it did, not for a mistake in it.
      expect(failure?.message).not.toMatch(/AttributeError|NameError|StopIteration|SyntaxError/);
      expect(await readdir(folder)).toEqual(["canary.txt"]);
    },
  );

  test("a process that leaves its session and group is gone two seconds after the end", async () => {
    const name = `${marker}-daemon-${level}`;
    await draw(
      jails[level],
      scene(`
import os, subprocess
child = ["/bin/sh", "-c", "trap '' HUP TERM INT; sleep 600 & wait; : ${name}"]
for more in ({"start_new_session": True}, {"process_group": 0}, {}):
  try: subprocess.Popen(child, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)
  except OSError: pass
self.wait(1)
`),
      { silenceMs: 20_000 },
    );
    await sleep(2_000);
    expect(await processesWith(name)).toEqual([]);
  });

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
