import { chmod, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Jail } from "./jail.ts";
import { runJailed } from "./run-jailed.ts";
import { type Architecture, syscallNumbers } from "./seccomp/index.ts";

const WITHIN_MS = 5_000;

/** Prints the name of every attempt that succeeded, and a final line, so that no output is not a pass. */
const attempts = String.raw`
my ($canary, $port, $worker, $pids, $out, %n) = map { /^(\w+):(\d+)$/ ? ($1, $2) : $_ } @ARGV;
my ($none, $type) = ("none", "tmpfs");
sub got { print "$_[0]\n" }
# A process of ours with the worker's number is not the worker: in a container that is often 1.
my $there = readlink("/proc/self/ns/pid") // $pids;
my $shares = $there eq $pids;
got("read a file of the worker") if open my $a, "<", $canary;
got("read the worker's environment") if $shares and open my $b, "<", "/proc/$worker/environ" and <$b> =~ /\w/;
got("write outside of its folder") if open my $c, ">", "$canary.new";
got("reach a port of this machine") if socket my $d, 2, 1, 0 and connect $d, pack "SnA4x8", 2, $port, "\x7f\0\0\1";
got("open a UDP socket") if socket my $e, 2, 2, 0;
got("signal the worker") if $shares and kill 0, $worker;
got("make a user namespace") if syscall($n{unshare}, 0x10000000) == 0;
got("mount a file system") if syscall($n{mount}, $none, $out, $type, 0, 0) == 0;
got("trace a process") if syscall($n{ptrace}, 16, $worker, 0, 0) == 0;
got("make a link") if symlink "/etc/shadow", "$out/link";
got("use io_uring") if syscall($n{io_uring_setup}, 1, my $f = "\0" x 120) >= 0;
got("become root") if $> != 0 && ($> = 0, $> == 0);
print open(my $g, ">", "$out/output") ? "done\n" : "cannot write to its folder\n";
`;

/**
 * Tries some escapes from the jail. Null if it held, else the failure. Takes well under a second.
 *
 * @param options.isHidden whether programs must reach folders that only the worker may enter
 */
export async function testJail(
  jail: Jail,
  options: { perl: string; architecture: Architecture; isHidden: boolean },
): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-jail-test-"));
  const around = await mkdtemp(join(tmpdir(), "reelay-jail-test-"));
  await chmod(around, options.isHidden ? 0o700 : 0o755);
  const out = await mkdtemp(join(around, "out-"));
  const server = createServer((_request, response) => response.end());
  try {
    await listen(server);
    const canary = join(folder, "canary");
    await writeFile(canary, "secret");
    await jail.adopt(out);
    const { port } = server.address() as AddressInfo;
    const numbers: Readonly<Record<string, number>> = syscallNumbers[options.architecture];
    const pids = await readlink("/proc/self/ns/pid");
    const calls = ["unshare", "mount", "ptrace", "io_uring_setup"].map((name) => `${name}:${numbers[name]}`);
    const { stdout, stderr, code } = await runJailed(
      jail,
      {
        path: options.perl,
        args: ["-e", attempts, canary, String(port), String(process.pid), pids, out, ...calls],
        env: {},
        writable: [out],
        limits: { processes: 16, openFiles: 64, cpuSeconds: 5 },
      },
      WITHIN_MS,
    );
    const lines = stdout.split("\n").filter(Boolean);
    if (lines.pop() !== "done") return firstLine(stderr) || `the trial ended with ${code ?? "a signal"}`;
    if (lines.length > 0) return `a program inside could ${lines.join(", ")}`;
    await readFile(join(out, "output"));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    server.close();
    await Promise.all([folder, around].map((path) => rm(path, { recursive: true, force: true })));
  }
}

const firstLine = (text: string): string => text.trim().split("\n")[0] ?? "";

const listen = (server: Server) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
