/** Scripts of hostile strangers, of kinds that the corpus of the jail and its saboteurs do not have. */

/** What the worker has and a script must not reach. */
export interface Prey {
  /** A file of the worker. Its content begins with `SECRET_PREFIX`. */
  canary: string;
  /** A port of the worker on 127.0.0.1. */
  port: number;
  worker: number;
  /** In the command lines of processes that a script starts. */
  marker: string;
}

export interface StrangerScript {
  name: string;
  /** Statements of `construct`. `attempt(NAME, CALL)` notes a call that returned something true. */
  body: (prey: Prey) => string;
  /** Files that the script finds by their names; those that are fonts. */
  materials?: (prey: Prey) => Record<string, string | Buffer>;
  fonts?: readonly string[];
  /** Without a jail it does no harm, and gets through. */
  isControl?: true;
  /** Default: it says what it could do, which is nothing. `DRAWN`: it ends well, having done no harm. */
  ends?: readonly string[];
  limits?: { cpuSeconds?: number; memoryBytes?: number; silenceMs?: number };
}

/** The rest of a secret is known to the worker only, so no source and no message has it by accident. */
export const SECRET_PREFIX = "reelay-secret-";
const MIB = 1024 ** 2;

export const toScript = ({ name, body, ends }: StrangerScript, prey: Prey): string =>
  [
    "from manim import *",
    "import asyncio, ctypes, fcntl, glob, io, mmap, os, signal, socket, struct, subprocess, sys, threading, time",
    `CANARY, PORT, WORKER, MARKER = ${JSON.stringify(prey.canary)}, ${prey.port}, ${prey.worker}, ${JSON.stringify(prey.marker)}`,
    `PREFIX = "${SECRET_PREFIX.slice(0, 6)}" + "${SECRET_PREFIX.slice(6)}"`,
    "got, libc = [], ctypes.CDLL(None, use_errno=True)",
    "libc.syscall.restype = ctypes.c_long",
    "def attempt(what, does):",
    "  try:",
    "    if does(): got.append(what)",
    "  except BaseException: pass",
    "def has_secret(what):",
    "  if isinstance(what, bytes): what = what.decode('latin-1')",
    "  return PREFIX in str(what)",
    "def read(path):",
    "  with open(path, 'rb') as file: return file.read(65536)",
    "def put(path, text):",
    "  number = os.open(path, os.O_WRONLY)",
    "  try: return os.write(number, text.encode()) > 0",
    "  finally: os.close(number)",
    "def run(*command, **more):",
    "  done = subprocess.run(command, capture_output=True, timeout=20, stdin=subprocess.DEVNULL, **more)",
    "  return done.stdout + done.stderr",
    "class Stranger(Scene):",
    "  def construct(self):",
    ...body(prey)
      .trim()
      .split("\n")
      .map((line) => `    ${line}`),
    ...(ends ? [] : [`    raise RuntimeError(${JSON.stringify(name)} + ": " + ", ".join(got))`]),
  ].join("\n");

/** The painter calls the script. */
const findStream = `
caller = sys._getframe()
while "protocol" not in caller.f_locals: caller = caller.f_back
protocol = caller.f_locals["protocol"]
stream = protocol._descriptor`;

/** Where Python, Manim and fontconfig look for settings. */
const places = String.raw`
home = os.environ["HOME"]
places = [home, "/tmp", "/var/tmp", "/dev/shm", "/run", os.path.dirname(__file__), os.path.dirname(sys.executable), *sys.path,
  f"{home}/.local/lib/python3.{sys.version_info[1]}/site-packages", f"{home}/.config/manim", f"{home}/.config/fontconfig", f"{home}/.cache"]
names = ("sitecustomize.py", "usercustomize.py", "manim.py", "numpy.py", "reelay_painter.py", "evil.pth", "manim.cfg", "pyvenv.cfg", "fonts.conf", ".pythonrc")`;

export const strangerScripts: readonly StrangerScript[] = [
  {
    name: "a drawing with entities and references",
    isControl: true,
    materials: ({ canary, port }) => ({
      "entity.svg": `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://${canary}">]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text x="1" y="5">&x;</text><rect width="2" height="2"/></svg>`,
      "parameter.svg": `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY % p SYSTEM "http://127.0.0.1:${port}/dtd"> %p;]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="2" height="2"/></svg>`,
      "references.svg": `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><?xml-stylesheet href="file://${canary}"?><style>@import url(http://127.0.0.1:${port}/style)</style><image width="5" height="5" xlink:href="file://${canary}"/><use xlink:href="file://${canary}#a"/><image width="5" height="5" href="http://127.0.0.1:${port}/picture"/><rect width="1" height="1"/></svg>`,
      "billion.svg": `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 12 }, (_, n) => `<!ENTITY ${"bcdefghijklm"[n]} "${`&${"abcdefghijkl"[n]};`.repeat(10)}">`).join("")}]><svg xmlns="http://www.w3.org/2000/svg"><text>&m;</text></svg>`,
    }),
    body: () => `
import xml.etree.ElementTree, xml.sax, xml.sax.handler
folder = str(config.get_dir("assets_dir"))
def parsed(name):
  seen = []
  class Reader(xml.sax.handler.ContentHandler):
    def characters(self, text): seen.append(text)
  parser = xml.sax.make_parser()
  parser.setFeature(xml.sax.handler.feature_external_ges, True)
  parser.setContentHandler(Reader())
  parser.parse(folder + "/" + name)
  return has_secret("".join(seen))
attempt("read a file through an entity, by SAX", lambda: parsed("entity.svg"))
for name in ("entity", "parameter", "references", "billion"):
  try: drawing = SVGMobject(name + ".svg")
  except Exception: continue
  attempt("read a file through " + name, lambda: has_secret([vars(part) for part in drawing.family_members_with_points()]))`,
    limits: { cpuSeconds: 20 },
  },
  {
    name: "an archive that climbs out",
    materials: () => ({ "lesson.zip": climbingArchive() }),
    body: () => `
import tarfile, zipfile
archive = str(config.get_dir("assets_dir") / "lesson.zip")
home = os.environ["HOME"]
def unpacked():
  with zipfile.ZipFile(archive) as packed:
    for name in packed.namelist():
      for target in (os.path.join(home, name), "/" + name.lstrip("./")):
        try:
          os.makedirs(os.path.dirname(target), exist_ok=True)
          with open(target, "wb") as file: file.write(b"x")
          if not os.path.realpath(target).startswith(os.path.realpath(home)): return True
        except OSError: pass
def linked():
  info = tarfile.TarInfo("link"); info.type = tarfile.SYMTYPE; info.linkname = CANARY
  packed = io.BytesIO()
  with tarfile.open(fileobj=packed, mode="w") as tar: tar.addfile(info)
  packed.seek(0)
  with tarfile.open(fileobj=packed) as tar: tar.extractall(home)
  return os.path.islink(home + "/link")
attempt("write outside of its folder", unpacked)
attempt("unpack a link", linked)`,
  },
  {
    name: "fonts that include files",
    materials: ({ canary }) => ({
      "evil.ttf": `<?xml version="1.0"?><!DOCTYPE fontconfig [<!ENTITY x SYSTEM "file://${canary}">]><fontconfig><include>${canary}</include><dir>/etc</dir><dir>&x;</dir></fontconfig>`,
      "cut.otf": Buffer.concat([Buffer.from("OTTO"), Buffer.alloc(200, 0xff)]),
    }),
    fonts: ["evil.ttf", "cut.otf"],
    body: () => `
import manimpango
own = os.environ["HOME"] + "/fonts.conf"
with open(own, "w") as file:
  file.write(f'<fontconfig><include ignore_missing="no">{CANARY}</include><dir>{os.path.dirname(CANARY)}</dir><cachedir>{os.path.dirname(CANARY)}</cachedir></fontconfig>')
os.environ["FONTCONFIG_FILE"] = own
os.environ["FONTCONFIG_SYSROOT"] = "/"
attempt("register a file as a font", lambda: manimpango.register_font(CANARY) and has_secret(manimpango.list_fonts()))
try: Text("x", font="evil")
except Exception: pass
attempt("write a cache of fonts beside the worker's file", lambda: glob.glob(os.path.dirname(CANARY) + "/*cache*"))
attempt("write the cache of all fonts", lambda: open("/var/cache/fontconfig/reelay", "w"))
attempt("list fonts of the worker's folder", lambda: has_secret(run("fc-scan", CANARY)) or has_secret(run("fc-cat", CANARY)))`,
  },
  {
    name: "TeX with settings of the script",
    body: () => String.raw`
home = os.environ["HOME"]
free = {**os.environ, "openin_any": "a", "openout_any": "a", "shell_escape": "t", "shell_escape_commands": "", "TEXMFCNF": home + ":", "TEXINPUTS": os.path.dirname(CANARY) + "//:/etc//:"}
with open(home + "/texmf.cnf", "w") as file: file.write("openin_any = a\nopenout_any = a\nshell_escape = t\n")
outside = os.path.dirname(CANARY) + "/written-by-tex"
def typeset(body, name, program="latex"):
  with open(f"{home}/{name}.tex", "w") as file:
    file.write(r"\documentclass{article}\begin{document}" + body + r"\end{document}")
  said = run(program, "--shell-escape", "-interaction=nonstopmode", f"-output-directory={home}", f"{home}/{name}.tex", env=free, cwd=home)
  for path in glob.glob(f"{home}/{name}.*"):
    if not path.endswith(".tex"): said += read(path)
  return said
attempt("read by input", lambda: has_secret(typeset(r"\input{" + CANARY + "}", "input")))
attempt("read by a pipe", lambda: has_secret(typeset(r"\input|\"cat " + CANARY + r"\"", "pipe")))
attempt("read by read", lambda: has_secret(typeset(r"\newread\f\openin\f=" + CANARY + r" \read\f to\x \x\show\x", "read")))
attempt("read users by read", lambda: b"root:" in typeset(r"\newread\f\openin\f=/etc/passwd \read\f to\x \show\x", "users"))
attempt("read in Lua", lambda: has_secret(typeset(r"\directlua{print(io.open('" + CANARY + r"'):read('a'))}", "lua", "lualatex")))
attempt("dump by pdfTeX", lambda: has_secret(typeset(r"\pdffiledump offset 0 length 99 {" + CANARY + "}", "dump", "pdflatex")))
attempt("run by write18", lambda: has_secret(typeset(r"\immediate\write18{cat " + CANARY + " > " + home + "/run.log}", "run")))
attempt("write by openout", lambda: typeset(r"\newwrite\f\immediate\openout\f=" + outside + r" \immediate\write\f{x}\immediate\closeout\f", "write") and os.path.exists(outside))
attempt("write above by openout", lambda: typeset(r"\newwrite\f\immediate\openout\f=../../../../../../../../var/tmp/tex-was-here \immediate\write\f{x}", "above") and os.path.exists("/var/tmp/tex-was-here"))
def special():
  typeset(r"\special{psfile=" + CANARY + r"}\special{dvisvgm:img 9 9 " + CANARY + r"}\special{dvisvgm:raw {?svgfile " + CANARY + r"}}x", "special")
  return has_secret(run("dvisvgm", "--no-fonts", "--embed-bitmaps", "--stdout", f"{home}/special.dvi", cwd=home))
attempt("embed by dvisvgm", special)`,
  },
  {
    name: "Typst with the root of the machine",
    isControl: true,
    body: () => `
import typst
home = os.environ["HOME"]
def compiled(body, **more):
  with open(home + "/evil.typ", "w") as file: file.write(body)
  return typst.compile(home + "/evil.typ", root="/", format="svg", **more) or True
for call in ("read", "json", "yaml", "csv", "bibliography", "plugin", "image"):
  attempt("open a file by " + call, lambda: compiled(f'#let x = {call}("{CANARY}")'))
attempt("include a file", lambda: compiled(f'#include "{CANARY}"'))
attempt("read users", lambda: compiled('#read("/etc/passwd")'))
attempt("read an environment", lambda: os.getppid() > 1 and compiled(f'#read("/proc/{os.getppid()}/environ", encoding: none)'))
attempt("fetch a package", lambda: compiled('#import "@preview/cetz:0.3.0"'))
attempt("fetch a package to a folder of the worker", lambda: compiled('#import "@preview/oxifmt:0.2.1"', package_path=os.path.dirname(CANARY)))`,
  },
  {
    name: "Manim's own classes as readers",
    materials: ({ canary, port }) => ({
      "tone.wav": `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${canary}\n#EXTINF:1,\nhttp://127.0.0.1:${port}/segment.ts\n#EXT-X-ENDLIST\n`,
      "list.mp3": `ffconcat version 1.0\nfile '${canary}'\nfile 'http://127.0.0.1:${port}/a'\n`,
      "logo.png": `%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(${canary}) (r) file 99 string readstring pop print\n%%EOF\n`,
    }),
    body: () => `
attempt("code of a file", lambda: has_secret(vars(Code(code_file=CANARY))) or has_secret(Code(code_file=CANARY).code_lines))
attempt("markup of a file", lambda: MarkupText(f'<span font_family="{CANARY}">x</span>') and False)
attempt("a picture by its address", lambda: ImageMobject(f"http://127.0.0.1:{PORT}/a.png"))
attempt("a drawing by its address", lambda: SVGMobject(f"http://127.0.0.1:{PORT}/a.svg"))
attempt("a picture that PostScript draws", lambda: ImageMobject("logo.png"))
attempt("settings of a file", lambda: config.digest_file(CANARY) and has_secret(vars(config)))
for name in ("tone.wav", "list.mp3"):
  try: self.add_sound(name)
  except Exception: pass
config.assets_dir = "/"
attempt("a picture of another folder", lambda: ImageMobject(CANARY.lstrip("/")))
# The worker looks whether they are there.
config.media_dir = config.log_dir = os.path.dirname(CANARY) + "/media"
try: Text("somewhere else")
except Exception: pass`,
  },
  {
    name: "calls of other kinds of programs",
    body: () => String.raw`
X32 = 0x40000000
if os.uname().machine == "x86_64":
  for name, number, *rest in [("ptrace", 521, 16, WORKER, 0, 0), ("process_vm_readv", 539, WORKER, 0, 0, 0, 0, 0), ("unshare", 272, 0x10000000), ("mount", 165, b"none", b"/tmp", b"tmpfs", 0, 0), ("socket", 41, 2, 1, 0), ("symlink", 88, CANARY.encode(), b"x32"), ("io_uring_setup", 425, 1, ctypes.create_string_buffer(256)), ("setsid", 112)]:
    attempt("call " + name + " of x32", lambda: libc.syscall(X32 | number, *rest) >= 0)
  for name, number, *rest in [("iopl", 172, 3), ("ioperm", 173, 0, 1, 1), ("modify_ldt", 154, 1, ctypes.create_string_buffer(16), 16), ("kexec_file_load", 320, -1, -1, 0, b"", 0), ("finit_module", 313, 0, b"", 0), ("delete_module", 176, b"x", 0), ("uselib", 134, b"/lib/x"), ("vhangup", 153), ("lookup_dcookie", 212, 0, b"", 0), ("nfsservctl", 180, 0, 0, 0), ("quotactl_fd", 443, 0, 0, 0, 0), ("mount_setattr", 442, -100, b"/", 0, 0, 0), ("fsmount", 432, 0, 0, 0), ("fspick", 433, -100, b"/", 0), ("landlock_restrict_self", 446, -1, 0), ("cachestat", 451, 0, 0, 0, 0), ("map_shadow_stack", 453, 0, 4096, 0), ("lsm_set_self_attr", 460, 100, 0, 0, 0), ("statmount", 457, 0, 0, 0, 0), ("listmount", 458, 0, 0, 0, 0), ("set_mempolicy_home_node", 450, 0, 0, 0, 0), ("pidfd_send_signal", 424, 0, 9, 0, 0), ("clock_adjtime", 305, 0, ctypes.create_string_buffer(256)), ("move_pages", 279, WORKER, 0, 0, 0, 0, 0)]:
    attempt("call " + name, lambda: libc.syscall(number, *rest) >= 0)
for option, *rest in [(10, 0), (28, 0, 0), (4, 1), (23, 21), (24, 21), (8, 1), (36, 1), (1, 0)]:
  done = libc.prctl(option, *rest)
attempt("read its securebits away", lambda: libc.prctl(28, 0x3f) == 0)
attempt("stop to be confined", lambda: libc.prctl(38, 0, 0, 0, 0) == 0)
attempt("leave the filter", lambda: libc.prctl(22, 0) == 0)`,
  },
  {
    name: "a program from memory",
    isControl: true,
    body: () => String.raw`
def from_memory(*arguments):
  number = os.memfd_create("x", 0)
  os.write(number, read("/bin/sh") if os.path.getsize("/bin/sh") < 65536 else open("/bin/sh", "rb").read())
  return subprocess.run(["sh", *arguments], executable=f"/proc/self/fd/{number}", pass_fds=[number], capture_output=True, timeout=10)
attempt("read as another program", lambda: has_secret(from_memory("-c", f"cat {CANARY}; cat < {CANARY}; env; cat /proc/*/environ").stdout))
def written():
  path = os.environ["HOME"] + "/evil"
  with open(path, "wb") as file: file.write(open("/bin/sh", "rb").read())
  os.fchmod(os.open(path, os.O_RDONLY), 0o4777)
  return os.stat(path).st_mode & 0o4000
attempt("make a program that runs as its owner", written)
attempt("preload into a program", lambda: has_secret(run("/bin/sh", "-c", "env", env={"LD_PRELOAD": CANARY, "LD_LIBRARY_PATH": os.path.dirname(CANARY), "LD_AUDIT": CANARY})))
attempt("read by messages of the loader", lambda: has_secret(run("/bin/sh", "-c", "true", env={"LD_PRELOAD": CANARY, "LD_DEBUG": "all"})))`,
  },
  {
    name: "its own files of the kernel",
    body: () => String.raw`
attempt("write to the running Python", lambda: open("/proc/self/exe", "r+b"))
attempt("write to the running Python, later", lambda: os.open(f"/proc/self/fd/{os.open('/proc/self/exe', os.O_RDONLY)}", os.O_WRONLY))
attempt("write to the first program", lambda: open("/proc/1/exe", "r+b"))
attempt("map users", lambda: put("/proc/self/uid_map", "0 0 1"))
attempt("map groups", lambda: put("/proc/self/setgroups", "allow"))
attempt("survive its worker", lambda: put("/proc/self/oom_score_adj", "-1000"))
attempt("memory of the kernel", lambda: open("/proc/kcore", "rb").read(1))
attempt("addresses of the kernel", lambda: any(int(line.split()[0], 16) for line in open("/proc/kallsyms")))
attempt("keys of the kernel", lambda: open("/proc/keys").read())
attempt("settings of the kernel", lambda: put("/proc/sys/vm/overcommit_memory", "1"))
attempt("settings of all namespaces", lambda: put("/proc/sys/user/max_user_namespaces", "1"))
attempt("a label", lambda: put("/proc/self/attr/exec", "unconfined"))
attempt("mapped files of its parent", lambda: any(has_secret(read(path)) for path in glob.glob(f"/proc/{os.getppid()}/map_files/*")))
attempt("the root of the first program", lambda: has_secret(read("/proc/1/root" + CANARY)))
attempt("the folder of its parent", lambda: has_secret(read(f"/proc/{os.getppid()}/cwd" + CANARY)) or has_secret(read(f"/proc/{os.getppid()}/root" + CANARY)))
attempt("a mount of the machine", lambda: has_secret(open("/proc/self/mountinfo").read()))
attempt("arguments of its parents", lambda: has_secret(b"".join(map(read, glob.glob("/proc/[0-9]*/cmdline")))))
attempt("environments", lambda: has_secret(b"".join(read(path) for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/*/task/*/environ"))))`,
  },
  {
    name: "sockets of every family",
    body: () => String.raw`
def opened(family, kind):
  try:
    with socket.socket(family, kind): return True
  except OSError: return False
for family in range(64):
  attempt(f"family {family}", lambda: any(opened(family, kind) for kind in (1, 2, 3, 5)))
async def reach(): await asyncio.open_connection("127.0.0.1", PORT)
attempt("asynchronously", lambda: asyncio.new_event_loop().run_until_complete(reach()) is None)
attempt("by a program", lambda: b"open" in run("/bin/bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{PORT} && echo open"))`,
  },
  {
    name: "descriptors and settings of the stream",
    body: () => String.raw`
${findStream.trim()}
pair = socket.fromfd(stream, socket.AF_UNIX, socket.SOCK_STREAM)
attempt("read what is not for it", lambda: pair.recv(64, socket.MSG_DONTWAIT))
attempt("take descriptors from the worker", lambda: pair.recvmsg(64, 256, socket.MSG_DONTWAIT)[1])
attempt("connect the stream elsewhere", lambda: pair.connect(("127.0.0.1", PORT)) is None)
attempt("own signals of the stream", lambda: fcntl.fcntl(stream, 8, WORKER) == 0)
attempt("own signals of a pipe", lambda: fcntl.fcntl(os.pipe()[0], 15, struct.pack("ii", 1, WORKER)) is not None)
attempt("choose the signal", lambda: fcntl.fcntl(stream, 10, signal.SIGKILL) == 0)
attempt("own signals by ioctl", lambda: fcntl.ioctl(stream, 0x8901, struct.pack("i", WORKER)) is not None)
# The worker gets pipes, files and its own end: it must keep none of them.
for _ in range(50): 
  try: pair.sendmsg([b""], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("3i", *os.pipe(), 0))])
  except OSError: break`,
  },
  {
    name: "forged events with descriptors",
    body: () => String.raw`
${findStream.trim()}
pair = socket.fromfd(stream, socket.AF_UNIX, socket.SOCK_STREAM)
event = b'{"type":"done","animations":1,"frames":15}'
forged = b"EVNT" + bytes(8) + struct.pack("<I", len(event)) + event
for _ in range(100): pair.sendmsg([forged], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("2i", *os.pipe()))])
self.wait(1)`,
    ends: ["PAINTER_PROTOCOL", "SCRIPT_EMPTY", "SCRIPT_FAILED"],
  },
  {
    name: "signals to all that it may reach",
    body: () => `
for number in (signal.SIGSTOP, signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):
  try: os.kill(-1, number)
  except OSError: pass
self.wait(1)`,
    ends: ["SCRIPT_FAILED", "SCRIPT_TIME", "DRAWN"],
    limits: { silenceMs: 4_000 },
  },
  {
    name: "a stopped parent",
    body: () => `
for pid in {os.getppid(), 1, os.getpgrp()}:
  if pid != os.getpid():
    try: os.kill(pid, signal.SIGSTOP)
    except OSError: pass
os._exit(0)`,
    ends: ["SCRIPT_FAILED", "SCRIPT_TIME"],
    limits: { silenceMs: 4_000 },
  },
  {
    name: "memory that no process has to itself",
    body: () => `
held = []
for _ in range(64):
  shared = mmap.mmap(-1, 64 * 2**20)
  for at in range(0, len(shared), 4096): shared[at] = 1
  held.append(shared)
raise RuntimeError("got through: 4 GiB")`,
    ends: ["SCRIPT_MEMORY"],
    limits: { memoryBytes: 768 * MIB },
  },
  {
    name: "memory of files without a name",
    body: () => `
held = []
for _ in range(32):
  number = os.memfd_create("hoard")
  for _ in range(64): os.write(number, bytes(2**20))
  held.append(number)
raise RuntimeError("got through: 2 GiB")`,
    ends: ["SCRIPT_MEMORY", "SCRIPT_FAILED"],
    limits: { memoryBytes: 768 * MIB },
  },
  {
    name: "files of a terabyte without content",
    body: () => `
home = os.environ["HOME"]
def sparse(size):
  with open(f"{home}/sparse", "wb") as file: file.truncate(size)
  return os.path.getsize(f"{home}/sparse") == size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
attempt("by truncation", lambda: sparse(2**40))
attempt("by allocation", lambda: os.posix_fallocate(os.open(f"{home}/allocated", os.O_CREAT | os.O_RDWR), 0, 2**32) is None)
def beyond():
  number = os.open(f"{home}/beyond", os.O_CREAT | os.O_RDWR)
  return os.pwrite(number, b"x", 2**41) == 1
attempt("by a write at its end", beyond)`,
  },
  {
    name: "folders that resist removal",
    body: () => String.raw`
# Each run of the script has a folder of its own.
home = f"{os.environ['HOME']}/{time.time_ns()}".encode()
os.mkdir(home)
os.chdir(home)
for _ in range(3_000):
  os.mkdir("d" * 200); os.chdir("d" * 200)
os.chdir(home)
for name in (b"\xff\xfe\x80", b"line\nbreak", b"-rf", b"..\\..\\x", b" ", b"\x1b[2J"):
  os.mkdir(home + b"/" + name)
  with open(home + b"/" + name + b"/" + name, "wb") as file: file.write(b"x")
for number in range(2_000): open(f"{number}.empty", "w").close()
os.mkdir("closed"); os.mkdir("closed/inner"); open("closed/inner/file", "w").close()
for path in ("closed/inner", "closed"):
  try: os.fchmod(os.open(path, os.O_RDONLY), 0)
  except OSError: pass
with open("held", "w") as file: fcntl.fcntl(file, 1024, fcntl.F_WRLCK)
self.wait(1)`,
    ends: ["DRAWN"],
  },
  {
    name: "settings left for the next Python",
    body: () => String.raw`
${places.trim()}
evil = f"raise SystemExit('{MARKER}')\n"
for place in places:
  for name in names:
    try:
      os.makedirs(place, exist_ok=True)
      with open(f"{place}/{name}", "w") as file: file.write("[CLI]\nplugins = evil\n" if name == "manim.cfg" else evil)
    except OSError: pass
os.environ.update(PYTHONPATH=home, PYTHONSTARTUP=home + "/.pythonrc", PYTHONHOME="/nonexistent", LD_PRELOAD=home + "/evil.so", PATH=home)
self.wait(0.2)`,
    ends: ["DRAWN"],
  },
  {
    name: "what an earlier script left",
    body: () => String.raw`
${places.trim()}
for place in places:
  for name in names:
    attempt("find " + place + "/" + name, lambda: b"SystemExit" in read(f"{place}/{name}") or b"evil" in read(f"{place}/{name}"))
attempt("find its variables", lambda: "PYTHONSTARTUP" in os.environ or "LD_PRELOAD" in os.environ)
attempt("find other files", lambda: [name for name in os.listdir(home) if name != "scene.py" and os.path.isfile(home + "/" + name)])`,
  },
  {
    name: "materials with the names of modules",
    materials: () => {
      const evil = "raise SystemExit('a material was imported')\n";
      const names = [
        "numpy.py",
        "random.py",
        "manim.py",
        "sitecustomize.py",
        "usercustomize.py",
        "evil.pth",
        "script.py",
      ];
      return {
        ...Object.fromEntries(names.map((name) => [name, evil])),
        "manim.cfg": "[CLI]\nplugins = numpy\nmedia_dir = /var/tmp\n",
        "conftest.py": evil,
      };
    },
    body: () => `
import random, colorsys, importlib
importlib.reload(random)
folder = str(config.get_dir("assets_dir"))
attempt("change a material", lambda: open(folder + "/numpy.py", "a"))
attempt("add a material", lambda: open(folder + "/new.py", "w"))
attempt("remove a material", lambda: os.remove(folder + "/manim.py") is None)
if got: raise RuntimeError("got through: " + ", ".join(got))
self.play(Create(Circle()), run_time=0.2)`,
    ends: ["DRAWN"],
  },
  {
    name: "a painter, changed while it draws",
    body: () => `
attempt("write to the painter", lambda: any(open(module.__file__, "a") for name, module in sys.modules.items() if name.startswith("reelay_painter")))
attempt("write to a library", lambda: open(np.__file__, "a"))
attempt("write to the environment", lambda: open(sys.prefix + "/pyvenv.cfg", "a"))
attempt("remove a library", lambda: os.rename(np.__file__, np.__file__ + "c") is None)`,
  },
  {
    name: "a painter whose end is taken away",
    body: () => `
${findStream.trim()}
os._exit = lambda code: None
def haunt():
  while True:
    time.sleep(0.05)
    try: os.write(stream, b"EVNT" + bytes(8) + struct.pack("<I", 16) + b'{"type":"haunt"}')
    except OSError: pass
real = type(protocol).event
def event(self, kind, **fields):
  real(self, kind, **fields)
  if kind == "done": threading.Thread(target=haunt).start()
type(protocol).event = event
import atexit
atexit.register(haunt)
self.wait(1)`,
    ends: ["PAINTER_PROTOCOL", "SCRIPT_TIME"],
    limits: { silenceMs: 6_000 },
  },
  {
    name: "an interpreter turned inside out",
    body: () => `
import builtins, json
sys.addaudithook(lambda name, arguments: (_ for _ in ()).throw(RuntimeError("audited")) if name == "os.putenv" else None)
sys.setprofile(lambda *rest: None); threading.setprofile(lambda *rest: None)
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *rest: os.write(2, PREFIX.encode())
json.dumps = lambda what, **more: "{" * 70_000
builtins.open = builtins.print = builtins.len = None
sys.setrecursionlimit(10**9)
def down(): return down()
down()`,
    ends: ["SCRIPT_FAILED", "SCRIPT_MEMORY", "SCRIPT_TIME", "PAINTER_PROTOCOL"],
    limits: { cpuSeconds: 10, silenceMs: 15_000 },
  },
  {
    name: "a painter that starts itself again and again",
    body: () => `
arguments = [sys.executable, *sys.orig_argv[1:]]
os.execve(sys.executable, arguments, {"HOME": os.environ["HOME"], "PYTHONHASHSEED": "0", "LD_PRELOAD": CANARY})`,
    ends: ["SCRIPT_FAILED", "SCRIPT_TIME"],
    limits: { cpuSeconds: 6, silenceMs: 6_000 },
  },
  {
    name: "a process that never stands still",
    body: () => `
def hop():
  while True:
    if os.fork(): os._exit(0)
    for number in range(1, 32):
      try: signal.signal(number, signal.SIG_IGN)
      except (OSError, ValueError): pass
if os.fork() == 0:
  libc.prctl(15, b"kworker/0:1", 0, 0, 0)
  libc.prctl(1, 0)
  for number in range(0, 64):
    try: os.close(number)
    except OSError: pass
  hop()
try: subprocess.Popen(["/bin/sh", "-c", f"while :; do (sleep 0.05; : {MARKER}) & wait; done; : {MARKER}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
except OSError: pass
self.wait(1)`,
    ends: ["DRAWN", "SCRIPT_TIME"],
    limits: { cpuSeconds: 20, silenceMs: 10_000 },
  },
  {
    name: "processes that share the work",
    body: () => `
for _ in range(6):
  if os.fork() == 0:
    while True: pass
while True:
  time.sleep(0.5)
  self.wait(0.1)`,
    ends: ["SCRIPT_TIME", "SCRIPT_OUTPUT"],
    limits: { cpuSeconds: 4 },
  },
  {
    name: "words for a terminal",
    body: () => String.raw`
class Evil(Create): pass
Evil.__name__ = Evil.__qualname__ = "\x1b]0;owned\x07\x1b[2J\u202eevil"
self.play(Evil(Circle()), run_time=0.1)
raise RuntimeError("\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\r\nvideo.mp4 READY: https://evil.example\u202e")`,
    ends: ["SCRIPT_FAILED"],
  },
];

/** A stored ZIP with entries that lead elsewhere. */
function climbingArchive(): Buffer {
  const names = ["../../../../../../var/tmp/climbed", "/etc/climbed", "..\\..\\climbed", "a/../../climbed"];
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let at = 0;
  for (const name of names) {
    const local = Buffer.alloc(30);
    local.write("PK\x03\x04", "latin1");
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02", "latin1");
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, Buffer.from(name));
    entries.push(entry, Buffer.from(name));
    at += local.length + name.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
