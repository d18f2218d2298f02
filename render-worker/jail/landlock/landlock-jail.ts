import { chown, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readKernelFile } from "../../cgroups/index.ts";
import { type BaseFiles, findBaseFiles } from "../base-files.ts";
import { besides } from "../besides.ts";
import type { ControlGroups } from "../cgroups/index.ts";
import type { Jail, JailedCommand } from "../jail.ts";
import type { JailUsers } from "../jail-users.ts";
import {
  callDirectives,
  confineScript,
  OWN_PID_PLACEHOLDER,
  setupCalls,
  setupDirectives,
} from "../launcher/index.ts";
import { openPrivateFile } from "../private-file.ts";
import { rlimitDirectives } from "../rlimits.ts";
import { type Architecture, compileFilter } from "../seccomp/index.ts";
import { abiWith, planLandlock } from "./plan-rules.ts";

interface LandlockOptions {
  architecture: Architecture;
  perl: string;
  /** The kernel's version of Landlock: 4 or newer. */
  abi: number;
  users: JailUsers;
  groups: ControlGroups | null;
  /** Why no stronger level is available. */
  reason: string;
}

const commonDevices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/** Number of processors and memory nodes. */
const hardware = ["/sys/devices/system/cpu", "/sys/devices/system/node"];

/**
 * Runs programs on the host's own files, processes and network, each with access only to what the request
 * names.
 */
export async function createLandlockJail(options: LandlockOptions): Promise<Jail> {
  const { architecture, perl, abi, users, groups, reason } = options;
  const base = await findBaseFiles();
  const sharesUser = !users.canStepDown;
  const filterFor = (sockets: "NONE" | "PORT", hasDevices: boolean) =>
    compileFilter(architecture, {
      ...{ sockets, hasDevices, isOnHost: true },
      ...(sharesUser && abi < abiWith.scopes && { ownPid: OWN_PID_PLACEHOLDER }),
    });
  const filtersFor = (sockets: "NONE" | "PORT") => ({
    plain: filterFor(sockets, false),
    driving: filterFor(sockets, true),
  });
  const filters = { alone: filtersFor("NONE"), connecting: filtersFor("PORT") };
  const calls = callDirectives(
    architecture,
    ...(["prlimit64", "close_range", "openat", ...setupCalls] as const),
    ...(["landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"] as const),
  );

  return {
    level: "LIMITED",
    reason,
    limitsBy: groups ? "CONTROL_GROUPS" : "RESOURCE_LIMITS",
    sourceOrigin: ({ port }) => `http://127.0.0.1:${port}`,
    adopt: (directory) => users.adopt(directory),
    async wrap(request): Promise<JailedCommand> {
      const { path, args, env, source, limits, readable = [], writable = [], devices = [] } = request;
      const program = await realpath(path);
      await using opened = new AsyncDisposableStack();
      const user = await users.acquire({ writable, readable, devices });
      opened.defer(() => user.release());
      const cwd = request.cwd ?? (await emptyFolder(opened, user.identity));
      const { plain, driving } = source ? filters.connecting : filters.alone;
      const filter = opened.use(await openPrivateFile(devices.length > 0 ? driving : plain));
      const group = await groups?.make(limits);
      opened.defer(async () => group?.remove());
      const directives = [
        ...setupDirectives(group, user.identity),
        ...[...calls, "filter=3", `ownPid=${OWN_PID_PLACEHOLDER}`, `cwd=${cwd}`],
        ...planLandlock({
          abi,
          readable: [
            ...base.readable,
            ...(await besides(program)),
            ...readable,
            ...visibleFor(devices, base),
          ],
          writable,
          devices: [...commonDevices, ...devices],
          ...(source && { port: source.port }),
        }),
        // The kernel counts all processes of a user.
        ...rlimitDirectives(limits, sharesUser ? await countThreads() : 0),
        ...Object.entries(env).map(([name, value]) => `env=${name}=${value}`),
      ];
      const kept = opened.move();
      return {
        file: perl,
        args: ["-e", confineScript, ...directives, "--", program, ...args],
        env: {},
        extraFds: [filter.fd],
        programPid: (pid) => Promise.resolve(pid),
        async programEnd(end) {
          return { ...end, isOutOfMemory: (await group?.isOutOfMemory()) ?? false };
        },
        release: () => kept.disposeAsync(),
      };
    },
  };
}

const visibleFor = (devices: readonly string[], base: BaseFiles): readonly string[] =>
  devices.length > 0 ? [...base.drivers, ...hardware] : hardware;

async function emptyFolder(
  opened: AsyncDisposableStack,
  { uid, gid }: { uid?: number; gid?: number },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "reelay-empty-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  return folder;
}

/** Threads of all processes of this process's user, as `RLIMIT_NPROC` counts them. */
async function countThreads(): Promise<number> {
  const uid = String(process.getuid?.() ?? "");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const counts = pids.map((pid) => {
    const status = readKernelFile(`/proc/${pid}/status`);
    if (/^Uid:\s+(\d+)/m.exec(status)?.[1] !== uid) return 0;
    return Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 1);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
