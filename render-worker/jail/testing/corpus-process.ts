/**
 * Stand-in for a worker: creates a jail of the requested level, holds secrets, files, listeners and another
 * attempt, runs the corpus, and prints the results as one line of JSON. It is a separate process so that an
 * escape reaches a whole worker, and so that it can run as any user.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { restrictUmask } from "@reelay/process";
import { processEnvironment } from "../../env.ts";
import { makeFolder } from "../../host/work-directory/make-folder.ts";
import { createJail } from "../create-jail.ts";
import type { JailRequest } from "../jail.ts";
import { type JailedRun, runJailed } from "../run-jailed.ts";
import { syscallNumbers } from "../seccomp/syscalls.ts";
import { type Escape, fileEscapes, kernelEscapes, networkEscapes, socketEscapes } from "./escapes.ts";
import { foreignProgram } from "./foreign-program.ts";
import { processesWith } from "./processes-with.ts";

export interface CorpusResult {
  level: string;
  limitsBy: string;
  reason: string | null;
  /** By name: `got through`, or the name of the error. */
  answers: Record<string, string>;
  /** Connections to the worker's listeners. */
  hits: string[];
  source: string;
  runs: Record<string, Pick<JailedRun, "code" | "signal" | "stdout" | "stderr">>;
  /** Leftovers two seconds after the end. */
  left: { processes: string[]; files: string[]; mounts: number };
  store: string;
}

restrictUmask();
const marker = `escape-${process.pid}`;
const temporary = tmpdir();
const mountsBefore = await countMounts();
const jail = await createJail({
  sandbox: "limited",
  path: processEnvironment["PATH"] ?? "",
  folders: [temporary],
});
const home = await mkdtemp(join(temporary, "corpus-"));
await chmod(home, Number(processEnvironment["HOME_MODE"]));
const folders = { own: join(home, "own"), other: join(home, "other"), store: join(home, "store") };
for (const folder of Object.values(folders)) await mkdir(folder);
await writeFile(join(folders.store, "source"), "canary");
await writeFile(join(folders.other, "segment"), "canary");
await jail.adopt(folders.own);
await jail.adopt(folders.other);
await makeFolder(join(folders.own, "below"));
await writeFile(join(folders.own, "below", "handed-over"), "by the worker");

const hits: string[] = [];
const listener = (name: string) => createServer((socket) => void (hits.push(name), socket.destroy()));
const [broker, unix, abstract] = [listener("broker"), listener("unix"), listener("abstract")];
const paths = {
  unix: join(home, "socket"),
  abstract: `reelay-${marker}`,
  source: join(home, "source-server", "socket"),
};
await mkdir(join(home, "source-server"));
const answerer = (_request: unknown, response: { end(text: string): void }) => response.end("the source");
const sources = [createHttpServer(answerer), createHttpServer(answerer)] as const;
const listening = (server: { listen(to: never, done: () => void): unknown }, to: unknown) =>
  new Promise<void>((resolve) => server.listen(to as never, resolve));
await listening(broker, { port: 0, host: "127.0.0.1" });
await listening(unix, { path: paths.unix, readableAll: true, writableAll: true });
await listening(abstract, { path: `\0${paths.abstract}` });
await listening(sources[0], { port: 0, host: "127.0.0.1" });
await listening(sources[1], { path: paths.source, readableAll: true, writableAll: true });
const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const source = { socketPath: paths.source, port: portOf(sources[0]) };

/** Longer than this takes on a busy machine. */
const timeoutMs = 80_000;
const limits = {
  processes: 32,
  openFiles: 64,
  memoryBytes: 256 * 1024 ** 2,
  fileSizeBytes: 1024 ** 2,
  cpuSeconds: 20,
};
const request: Omit<JailRequest, "args"> = {
  path: "/usr/bin/perl",
  env: { GIVEN: "1" },
  writable: [folders.own],
  limits,
};
const perl = (script: string, more: Partial<JailRequest> = {}, args: readonly string[] = []) =>
  runJailed(jail, { ...request, args: ["-e", script, "--", ...args], ...more }, timeoutMs);

const victim = perl(`sleep 600 # ${marker}`, { writable: [folders.other] });
const at: Record<string, string | number> = {
  ...folders,
  ...{ worker: process.pid, victim: await pidOf(marker), broker: portOf(broker) },
  ...{ unix: paths.unix, abstract: paths.abstract },
};
const numbers: Readonly<Record<string, number>> =
  process.arch === "arm64" ? syscallNumbers.arm64 : syscallNumbers.x64;

// Reports that its program runs, and waits for its own end.
if (process.argv[2] === "hold") {
  process.stdout.write(`${marker}\n`);
  await victim;
}

const preamble = `
my %at = (${Object.entries(at)
  .map(([name, value]) => `${name} => ${typeof value === "number" ? value : `'${value}'`}`)
  .join(", ")});
my %n = (${Object.entries(numbers)
  .map(([name, number]) => `${name} => ${number}`)
  .join(", ")});
our $s; our $zero = "\\0" x 256;
sub tcp { socket($s, 2, 1, 0) and connect($s, pack("SnA4x8", 2, @_)) }
open my $mine, ">", "$at{own}/mine";
`;
const answers: Record<string, string> = {};
async function tryAll(escapes: readonly Escape[], more: Partial<JailRequest> = {}): Promise<void> {
  const tries = escapes.map(
    ({ perl: code }, index) => `$! = 0; print "${index}\\t", (eval { ${code} } ? 0 : $! + 0 || 9999), "\\n";`,
  );
  const { stdout, stderr, code, signal } = await perl(`$| = 1; ${preamble}${tries.join("\n")}`, more);
  for (const { name } of escapes) answers[name] = `no answer (${code ?? signal}: ${stderr.slice(0, 200)})`;
  for (const line of stdout.split("\n").filter(Boolean)) {
    const [index = "", number] = line.split("\t");
    const escape = escapes[Number(index)];
    if (escape) answers[escape.name] = nameOf(Number(number));
  }
}
const nameOf = (number: number): string =>
  number === 0
    ? "got through"
    : (Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `error ${number}`);

await tryAll(fileEscapes);
await tryAll(kernelEscapes);
await tryAll(socketEscapes);
await tryAll(networkEscapes, { source });

const get = `socket my $s, 2, 1, 0; connect $s, pack "SnA4x8", 2, ${source.port}, "\\x7f\\0\\0\\1" or die "connect: $!"; syswrite $s, "GET / HTTP/1.0\\r\\n\\r\\n"; local $/; print <$s>`;
const fetched = await perl(get, { source });
const foreign = await foreignProgram(home);

const runs = {
  environment: await perl('print join " ", map { "$_=$ENV{$_}" } sort keys %ENV'),
  secrets: await perl(
    'for (glob "/proc/*/environ") { open my $f, "<", $_ or next; local $/; print "$_\n" if <$f> =~ /canary/ }',
  ),
  descriptors: await perl('for (3 .. 1023) { open my $f, "<&=", $_ and print "$_ " }'),
  identity: await perl('print "$< $>"'),
  arguments: await perl('print join "|", @ARGV', {}, ["--bind", "/", "/host", "--", "env=A=b", "a\nb"]),
  memory: await perl('my @a; push @a, "a" x (1 << 24) for 1 .. 64; print "got through"'),
  memoryOfSeveral: await perl(
    'for (1 .. 4) { my $p = fork; if (!$p) { my $a = "a" x (100 << 20); sleep 2; exit 7 } } my %ends; $ends{$?}++ while wait != -1; print join " ", sort keys %ends',
  ),
  forks: await perl(
    'for (1 .. 200) { my $p = fork; if (!defined $p) { print "stopped ", $! + 0, " ", $_ < 60 ? "soon" : "late"; exit } if (!$p) { sleep 60; exit } } print "got through"',
  ),
  bigFile: await perl(
    `$SIG{XFSZ} = "IGNORE"; open my $f, ">", "${folders.own}/big"; for (1 .. 64) { syswrite $f, "a" x 65536 or do { print "stopped ", $! + 0; exit } } print "got through"`,
  ),
  temporary: await perl(
    'open my $f, ">", "/tmp/reelay-big" or do { print "stopped ", $! + 0; exit }; for (1 .. 5000) { defined syswrite $f, "a" x 65536 or do { print "stopped ", $! + 0; exit } } print "got through"',
    { limits: { ...limits, fileSizeBytes: 1024 ** 3, memoryBytes: 1024 ** 3 } },
  ),
  files: await perl(
    'my @f; for (1 .. 200) { open $f[$_], "<", $^X or do { print "stopped ", $! + 0; exit } } print "got through"',
  ),
  time: await perl("1 while 1", { limits: { cpuSeconds: 1 } }),
  daemon: await perl(
    `if (!fork) { if (!fork) { syscall(${numbers["setsid"]}); $SIG{$_} = "IGNORE" for qw(TERM HUP INT); close $_ for *STDIN, *STDOUT, *STDERR; $0 = "${marker}-daemon"; sleep 60 } exit } wait; print "left"`,
  ),
  handedOver: await perl(
    `open my $f, "<", "${folders.own}/below/handed-over" or die $!; print <$f>; open my $o, ">", "${folders.own}/below/new" and print " and back"`,
  ),
  ownOutput: await perl(`open my $f, ">", "${folders.own}/output" and print "written"`),
  ...(foreign && { foreign: await runJailed(jail, { ...request, path: foreign, args: [] }, timeoutMs) }),
};
process.kill(await pidOf(marker), "SIGKILL");
await victim;
const orphan = runJailed(
  jail,
  { ...request, args: ["-e", `sleep 600 # ${marker}-orphan`] },
  timeoutMs,
  (pid) => void pidOf(`${marker}-orphan`).then(() => process.kill(pid, "SIGKILL")),
);
for (const server of [broker, unix, abstract, ...sources]) server.close();
const store = await readFile(join(folders.store, "source"), "utf8");
const storeFiles = await readdir(folders.store);
await orphan;
await rm(home, { recursive: true });
await sleep(2_000);
const result: CorpusResult = {
  ...{ level: jail.level, limitsBy: jail.limitsBy, reason: jail.reason, answers, hits, runs },
  source: fetched.stdout + fetched.stderr,
  store: `${store} in ${storeFiles.join(", ")}`,
  left: {
    processes: await processesWith(marker),
    files: await readdir(temporary),
    mounts: (await countMounts()) - mountsBefore,
  },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

/** Counts mounts of the worker, or where a jail mounts; other programs mount things, too. */
async function countMounts(): Promise<number> {
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  return lines.filter(
    (line) => line.includes(temporary) || / \/(?:mnt|media|opt|srv|home|newroot)\b/.test(line),
  ).length;
}

/** Of the program, not its launcher. */
async function pidOf(text: string): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const [program, option, script] = (
        await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
      ).split("\0");
      if (program?.endsWith("perl") && option === "-e" && script?.endsWith(text)) return Number(pid);
    }
    await sleep(25);
  }
  throw new Error(`No program with ${text} has started.`);
}
