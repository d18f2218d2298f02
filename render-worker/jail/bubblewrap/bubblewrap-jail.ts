import { chmod, type FileHandle, realpath } from "node:fs/promises";
import { constants } from "node:os";
import { dirname } from "node:path";
import { readKernelFile } from "../../cgroups/index.ts";
import { findBaseFiles } from "../base-files.ts";
import { besides } from "../besides.ts";
import type { ControlGroups } from "../cgroups/index.ts";
import type { Jail, JailedCommand, JailLimits, ProcessEnd } from "../jail.ts";
import type { JailUsers } from "../jail-users.ts";
import {
  callDirectives,
  prepareScript,
  setupCalls,
  setupDirectives,
  superviseScript,
} from "../launcher/index.ts";
import { openPrivateFile } from "../private-file.ts";
import { barrierTo } from "../reachable.ts";
import { rlimitDirectives } from "../rlimits.ts";
import { type Architecture, compileFilter } from "../seccomp/index.ts";
import { planBubblewrap } from "./plan-bubblewrap.ts";
import { planStage } from "./plan-stage.ts";

interface BubblewrapOptions {
  architecture: Architecture;
  bubblewrap: string;
  perl: string;
  /** Features of this bubblewrap. */
  features: { disablesUserNamespaces: boolean };
  users: JailUsers;
  groups: ControlGroups | null;
}

/** The launcher, its relay and bubblewrap's own process. */
const OWN_PROCESSES = 4;

/**
 * Runs programs in namespaces of their own, with nothing of this machine but libraries, fonts and the
 * requested paths.
 */
export async function createBubblewrapJail(options: BubblewrapOptions): Promise<Jail> {
  const { architecture, bubblewrap, features, users, groups } = options;
  const base = await findBaseFiles();
  const perl = await realpath(options.perl);
  const filterFor = (sockets: "NONE" | "RELAYED", hasDevices: boolean) =>
    compileFilter(architecture, { sockets, hasDevices, isOnHost: false });
  const filtersFor = (sockets: "NONE" | "RELAYED") => ({
    plain: filterFor(sockets, false),
    driving: filterFor(sockets, true),
  });
  const filters = { alone: filtersFor("NONE"), relayed: filtersFor("RELAYED") };

  return {
    level: "FULL",
    reason: null,
    limitsBy: groups ? "CONTROL_GROUPS" : "RESOURCE_LIMITS",
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
      const { plain, driving } = source ? filters.relayed : filters.alone;
      const filter = opened.use(await openPrivateFile(devices.length > 0 ? driving : plain));
      if (uid !== undefined && gid !== undefined) await status.chown(uid, gid);
      // The socket itself is open, and its folder is unknown to other users.
      if (uid !== undefined && source) await chmod(dirname(source.socketPath), 0o711);
      const visible = [
        perl,
        ...(await besides(program)),
        ...readable,
        ...(source ? [source.socketPath] : []),
      ];
      const paths = [...visible, ...writable];
      const hidden = uid === undefined ? new Set<string>() : await hiddenFrom(uid, paths);
      const stage = planStage(paths, hidden);
      const group = await groups?.make(withOwnProcesses(limits));
      opened.defer(async () => group?.remove());
      const preparing = [
        ...callDirectives(architecture, "unshare", "mount", ...setupCalls),
        ...setupDirectives(group, user.identity),
        ...stage.directives,
      ];
      const plan = planBubblewrap({
        ...{ base, devices, filterFd: 4 },
        readable: stage.mounts.slice(0, visible.length),
        writable: stage.mounts.slice(visible.length),
        canDisableUserNamespaces: features.disablesUserNamespaces,
      });
      const directives = [
        ...["status=3", `cwd=${cwd}`, ...callDirectives(architecture, "prlimit64", "close_range", "prctl")],
        ...(source ? [`relay=${source.port}:${source.socketPath}`] : []),
        ...rlimitDirectives(limits, OWN_PROCESSES),
        ...Object.entries(env).map(([name, value]) => `env=${name}=${value}`),
      ];
      const kept = opened.move();
      return {
        file: perl,
        args: [
          ...["-e", prepareScript, ...preparing, "--", bubblewrap, ...plan],
          ...["--", perl, "-e", superviseScript, ...directives, "--", program, ...args],
        ],
        // Bubblewrap is process 1 inside, and every program can read its environment.
        env: {},
        extraFds: [status.fd, filter.fd],
        programPid: async (pid) => findProgramPid(pid, { hasRelay: source !== undefined }),
        async programEnd(end) {
          return {
            ...(await readProgramEnd(status, end)),
            isOutOfMemory: (await group?.isOutOfMemory()) ?? false,
          };
        },
        release: () => kept.disposeAsync(),
      };
    },
  };
}

/** A control group also counts the jail's own processes, which resource limits do not. */
const withOwnProcesses = ({ memoryBytes, processes }: JailLimits): JailLimits => ({
  ...(memoryBytes !== undefined && { memoryBytes }),
  ...(processes !== undefined && { processes: processes + OWN_PROCESSES }),
});

async function hiddenFrom(uid: number, paths: readonly string[]): Promise<Set<string>> {
  const barriers = await Promise.all(paths.map((path) => barrierTo(path, uid)));
  return new Set(paths.filter((_path, index) => barriers[index] !== null));
}

/**
 * Finds the program of a jail below the jail's processes: bubblewrap, the first process inside, and the
 * launcher, which starts its relay before the program. Null if it is not running.
 */
function findProgramPid(outermost: number, { hasRelay }: { hasRelay: boolean }): number | null {
  let pid = outermost;
  for (const index of [0, 0, hasRelay ? 1 : 0]) {
    const next = children(pid)[index];
    if (next === undefined) return null;
    pid = next;
  }
  return pid;
}

const children = (pid: number): number[] =>
  readKernelFile(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

/**
 * The program's wait status, recorded by the launcher. Without a record the launcher itself was stopped, or
 * could not start the program.
 */
async function readProgramEnd(status: FileHandle, end: ProcessEnd): Promise<ProcessEnd> {
  const { buffer, bytesRead } = await status.read(Buffer.alloc(16), 0, 16, 0);
  return bytesRead === 0 ? end : parseWaitStatus(Number(buffer.toString("latin1", 0, bytesRead)));
}

/** As wait(2) returns it: the signal in the lower seven bits, else the exit code above. */
function parseWaitStatus(status: number): ProcessEnd {
  const number = status & 127;
  if (number === 0) return { code: status >> 8, signal: null };
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { code: null, signal: (signal ?? "SIGKILL") as NodeJS.Signals };
}
