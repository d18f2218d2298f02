/**
 * Folders of the control groups that a process is in, innermost first, up to the mount point. The limits of
 * all of them apply.
 */
export interface CgroupDirectories {
  /** Version 2: one hierarchy for everything. */
  unified: string[];
  /** Version 1: one hierarchy per controller. */
  memory: string[];
  cpu: string[];
  pids: string[];
}

/**
 * Parses `/proc/self/cgroup` and `/proc/self/mountinfo` (cgroups(7), proc_pid_mountinfo(5)). Pure. A
 * container often sees a host path that is not mounted in it; then the mounted folder is its own group.
 */
export function cgroupDirectories(cgroup: string, mountinfo: string): CgroupDirectories {
  const groups = cgroup.split("\n").map(parseGroup);
  const mounts = mountinfo
    .split("\n")
    .map(parseMount)
    .filter((mount) => mount !== null);
  const find = (controller: string | null): string[] => {
    const path = groups.find(({ controllers }) =>
      controller === null ? controllers.length === 0 : controllers.includes(controller),
    )?.path;
    const mount = mounts.find(({ type, options }) =>
      controller === null ? type === "cgroup2" : type === "cgroup" && options.includes(controller),
    );
    return path === undefined || mount === undefined ? [] : upwards(path, mount);
  };
  return { unified: find(null), memory: find("memory"), cpu: find("cpu"), pids: find("pids") };
}

interface Mount {
  root: string;
  at: string;
  type: string;
  options: string[];
}

/** `4:memory:/docker/abc`, or in version 2 `0::/user.slice`. */
function parseGroup(line: string): { controllers: string[]; path: string | undefined } {
  const [number, controllers = "", ...path] = line.split(":");
  const isUnified = number === "0" && controllers === "";
  if (path.length === 0) return { controllers: ["none"], path: undefined };
  return { controllers: isUnified ? [] : controllers.split(","), path: path.join(":") };
}

/** `35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory` */
function parseMount(line: string): Mount | null {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root, at] = before.split(" ");
  const [type, , options = ""] = after.split(" ");
  if (root === undefined || at === undefined || !type?.startsWith("cgroup")) return null;
  return { root, at, type, options: options.split(",") };
}

function upwards(path: string, { root, at }: Mount): string[] {
  const isBelow = path === root || path.startsWith(root === "/" ? "/" : `${root}/`);
  if (!isBelow || path.split("/").includes("..")) return [at];
  const names = path
    .slice(root === "/" ? 0 : root.length)
    .split("/")
    .filter(Boolean);
  return names.map((_name, index) => [at, ...names.slice(0, names.length - index)].join("/")).concat(at);
}
