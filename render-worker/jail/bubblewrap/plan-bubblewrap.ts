import type { BaseFiles } from "../base-files.ts";
import type { Mount } from "./plan-stage.ts";

interface BubblewrapPlan {
  base: BaseFiles;
  readable: readonly Mount[];
  writable: readonly Mount[];
  devices: readonly string[];
  filterFd: number;
  /** Whether bubblewrap can forbid further user namespaces; the filter does so in any case. */
  canDisableUserNamespaces: boolean;
}

/** For files other than the output. Writing more fails with ENOSPC. */
const TEMPORARY_BYTES = 256 * 1024 ** 2;
const SHARED_MEMORY_BYTES = 64 * 1024 ** 2;

/**
 * Bubblewrap's arguments, up to the command. Pure: all paths come from the worker, each after an option that
 * expects a path.
 */
export function planBubblewrap(plan: BubblewrapPlan): string[] {
  const { base, readable, writable, devices, filterFd, canDisableUserNamespaces } = plan;
  const byDepth = (mounts: readonly Mount[]) => mounts.toSorted((a, b) => a.path.length - b.path.length);
  const hasDevices = devices.length > 0;
  return [
    ...["--unshare-all", "--unshare-user"],
    ...(canDisableUserNamespaces ? ["--disable-userns"] : []),
    ...["--die-with-parent", "--cap-drop", "ALL", "--hostname", "jail"],
    ...["--seccomp", String(filterFd)],
    ...base.links.flatMap(({ path, target }) => ["--symlink", target, path]),
    ...[...base.readable, ...(hasDevices ? base.drivers : [])].flatMap((path) => ["--ro-bind", path, path]),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...devices.flatMap((path) => ["--dev-bind", path, path]),
    // Without a size, files here would use unlimited memory.
    ...["--size", String(SHARED_MEMORY_BYTES), "--tmpfs", "/dev/shm"],
    ...["--remount-ro", "/dev"],
    ...["--size", String(TEMPORARY_BYTES), "--tmpfs", "/tmp"],
    ...byDepth(readable).flatMap(bind("--ro-bind")),
    ...byDepth(writable).flatMap(bind("--bind")),
    ...["--remount-ro", "/"],
  ];
}

const bind =
  (option: "--bind" | "--ro-bind") =>
  ({ path, from }: Mount): string[] => [option, from, path];
