import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Jail, JailedCommand } from "../jail.ts";
import type { JailUsers } from "../jail-users.ts";
import { superviseScript } from "../launcher/supervise.ts";
import { openPrivateFile, reopen } from "../private-file.ts";
import { rlimitDirectives } from "../rlimits.ts";
import { compileFilter } from "../seccomp/compile-filter.ts";
import { type Architecture, syscallNumbers } from "../seccomp/syscalls.ts";
import { findBaseMounts } from "./base-mounts.ts";
import { findProgramPid } from "./find-program-pid.ts";
import { type Mount, planBubblewrap } from "./plan-bubblewrap.ts";
import { readProgramEnd } from "./read-program-end.ts";

export interface BubblewrapOptions {
  architecture: Architecture;
  bubblewrap: string;
  perl: string;
  /** What this bubblewrap can do. */
  features: { bindsDescriptors: boolean; disablesUserNamespaces: boolean };
  users: JailUsers;
}

/** `O_PATH`: a place in the file system, not to be read or written through. */
const pathOnly = 0o10_000_000;
/** SIGTERM goes to the whole group and is the program's business: bubblewrap would take the program with it. */
const ignoringSignals = 'trap "" TERM INT HUP; exec "$@"';
/** The launcher, its relay and bubblewrap's own process. */
const ownProcesses = 4;

/** Programs in namespaces of their own, with nothing of this machine but libraries, fonts and what the request names. */
export async function createBubblewrapJail(options: BubblewrapOptions): Promise<Jail> {
  const { architecture, bubblewrap, features, users } = options;
  const base = await findBaseMounts();
  const perl = await realpath(options.perl);
  const filter = (sockets: "NONE" | "RELAYED") =>
    openPrivateFile(compileFilter(architecture, { sockets, isOnHost: false }));
  const filters = { alone: await filter("NONE"), relayed: await filter("RELAYED") };
  const { prlimit64, close_range } = syscallNumbers[architecture];

  return {
    level: "FULL",
    reason: null,
    sourceOrigin: ({ port }) => `http://127.0.0.1:${port}`,
    adopt: (directory) => users.adopt(directory),
    async wrap(request): Promise<JailedCommand> {
      const { path, args, env, cwd = "/tmp", source, devices = [], limits } = request;
      const program = await realpath(path);
      await using opened = new AsyncDisposableStack();
      const status = opened.use(await openPrivateFile());
      const handles: FileHandle[] = [
        status,
        opened.use(await reopen(source ? filters.relayed : filters.alone)),
      ];
      /** The first three descriptors are the program's own. */
      const statusFd = 3;
      const filterFd = 4;
      const mount = async (place: string): Promise<Mount> => {
        if (!features.bindsDescriptors) return { path: place };
        handles.push(opened.use(await open(place, constants.O_RDONLY | pathOnly)));
        return { path: place, fd: handles.length + 2 };
      };
      const readable = [perl, ...(await besides(program)), ...(request.readable ?? [])];
      if (source) readable.push(source.socketPath);
      const mounts = {
        readable: await inTurn(readable, mount),
        writable: await inTurn(request.writable ?? [], mount),
      };
      const user = await users.acquire(request.writable ?? [], devices);
      const plan = planBubblewrap({
        ...{ base, ...mounts, devices, filterFd },
        canDisableUserNamespaces: features.disablesUserNamespaces,
      });
      const directives = [
        ...[
          `status=${statusFd}`,
          `cwd=${cwd}`,
          `call=prlimit64:${prlimit64}`,
          `call=close_range:${close_range}`,
        ],
        ...(source ? [`relay=${source.port}:${source.socketPath}`] : []),
        ...rlimitDirectives(limits, ownProcesses),
        ...Object.entries(env).map(([name, value]) => `env=${name}=${value}`),
      ];
      const kept = opened.move();
      return {
        file: "/bin/sh",
        args: [
          ...["-c", ignoringSignals, "jail", bubblewrap, ...plan],
          ...["--", perl, "-e", superviseScript, ...directives, "--", program, ...args],
        ],
        // Bubblewrap is process 1 inside: what it is given, every program can read.
        env: {},
        extraFds: handles.map(({ fd }) => fd),
        ...user.identity,
        programPid: (pid) => findProgramPid(pid, source ? 2 : 1),
        programEnd: (end) => readProgramEnd(status, end),
        async release() {
          await kept.disposeAsync();
          await user.release();
        },
      };
    },
  };
}

async function inTurn<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await map(item));
  return results;
}

/** The program, and the libraries that were installed with it (`/opt/ffmpeg/bin/ffmpeg` with `/opt/ffmpeg/lib`). */
async function besides(program: string): Promise<string[]> {
  const folder = dirname(program);
  const libraries = join(dirname(folder), "lib");
  const isPrefix = folder.endsWith("/bin") && !["/bin", "/usr/bin", "/usr/local/bin"].includes(folder);
  const isThere =
    isPrefix &&
    (await stat(libraries).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  return isThere ? [program, libraries] : [program];
}
