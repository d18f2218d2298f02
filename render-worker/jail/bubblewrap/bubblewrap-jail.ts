import { chmod, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { findBaseFiles } from "../base-files.ts";
import { besides } from "../besides.ts";
import type { Jail, JailedCommand } from "../jail.ts";
import type { JailUsers } from "../jail-users.ts";
import { callDirectives } from "../launcher/call-directives.ts";
import { superviseScript } from "../launcher/supervise.ts";
import { openPrivateFile } from "../private-file.ts";
import { barrierTo } from "../reachable.ts";
import { rlimitDirectives } from "../rlimits.ts";
import { compileFilter } from "../seccomp/compile-filter.ts";
import type { Architecture } from "../seccomp/syscalls.ts";
import { findProgramPid } from "./find-program-pid.ts";
import { planBubblewrap } from "./plan-bubblewrap.ts";
import { planStaging } from "./plan-staging.ts";
import { readProgramEnd } from "./read-program-end.ts";

export interface BubblewrapOptions {
  architecture: Architecture;
  bubblewrap: string;
  perl: string;
  /** What this bubblewrap can do. */
  features: { disablesUserNamespaces: boolean };
  users: JailUsers;
}

/** SIGTERM goes to the whole group and is the program's business: bubblewrap would take the program with it. */
const ignoringSignals = 'trap "" TERM INT HUP; exec "$@"';
/** The launcher, its relay and bubblewrap's own process. */
const ownProcesses = 4;

/** Programs in namespaces of their own, with nothing of this machine but libraries, fonts and what the request names. */
export async function createBubblewrapJail(options: BubblewrapOptions): Promise<Jail> {
  const { architecture, bubblewrap, features, users } = options;
  const base = await findBaseFiles();
  const perl = await realpath(options.perl);
  const filterFor = (sockets: "NONE" | "RELAYED") =>
    compileFilter(architecture, { sockets, isOnHost: false });
  const filters = { alone: filterFor("NONE"), relayed: filterFor("RELAYED") };

  return {
    level: "FULL",
    reason: null,
    sourceOrigin: ({ port }) => `http://127.0.0.1:${port}`,
    adopt: (directory) => users.adopt(directory),
    async wrap(request): Promise<JailedCommand> {
      const { path, args, env, cwd = "/tmp", source, devices = [], limits } = request;
      const program = await realpath(path);
      const { writable = [], readable = [] } = request;
      await using opened = new AsyncDisposableStack();
      const user = await users.acquire({ writable, readable, devices });
      opened.defer(() => user.release());
      const { uid, gid } = user.identity;
      const status = opened.use(await openPrivateFile(Buffer.of()));
      const filter = opened.use(await openPrivateFile(source ? filters.relayed : filters.alone));
      if (uid !== undefined && gid !== undefined) await status.chown(uid, gid);
      // The socket is open to everyone who gets to it, and its folder is unknown to everyone else.
      if (uid !== undefined && source) await chmod(dirname(source.socketPath), 0o711);
      const visible = [
        perl,
        ...(await besides(program)),
        ...readable,
        ...(source ? [source.socketPath] : []),
      ];
      const paths = [...visible, ...writable];
      const { mounts, prefix } =
        uid === undefined || gid === undefined
          ? planStaging(paths, new Set(), { bubblewrap, perl, uid: 0, gid: 0 })
          : planStaging(paths, await hiddenFrom(uid, paths), { bubblewrap, perl, uid, gid });
      const plan = planBubblewrap({
        ...{ base, devices, filterFd: 4 },
        readable: mounts.slice(0, visible.length),
        writable: mounts.slice(visible.length),
        canDisableUserNamespaces: features.disablesUserNamespaces,
      });
      const directives = [
        ...["status=3", `cwd=${cwd}`, ...callDirectives(architecture, "prlimit64", "close_range", "prctl")],
        ...(source ? [`relay=${source.port}:${source.socketPath}`] : []),
        ...rlimitDirectives(limits, ownProcesses),
        ...Object.entries(env).map(([name, value]) => `env=${name}=${value}`),
      ];
      const kept = opened.move();
      return {
        file: "/bin/sh",
        args: [
          ...["-c", ignoringSignals, "jail", ...prefix, bubblewrap, ...plan],
          ...["--", perl, "-e", superviseScript, ...directives, "--", program, ...args],
        ],
        // Bubblewrap is process 1 inside: what it is given, every program can read.
        env: {},
        extraFds: [status.fd, filter.fd],
        ...(prefix.length === 0 && user.identity),
        programPid: (pid) =>
          findProgramPid(pid, { isStaged: prefix.length > 0, hasRelay: source !== undefined }),
        programEnd: (end) => readProgramEnd(status, end),
        release: () => kept.disposeAsync(),
      };
    },
  };
}

async function hiddenFrom(uid: number, paths: readonly string[]): Promise<Set<string>> {
  const barriers = await Promise.all(paths.map((path) => barrierTo(path, uid)));
  return new Set(paths.filter((_path, index) => barriers[index] !== null));
}
