import { platform } from "node:os";
import type { Jail, JailRequest } from "./jail.ts";

/**
 * No isolation: programs run as the worker's own user, with their own environment only and the memory limit
 * that the shell can set (`ulimit -d`).
 */
export const createNoJail = (reason = "SANDBOX is off"): Jail => ({
  level: "NONE",
  reason,
  limitsBy: "RESOURCE_LIMITS",
  sourceOrigin: ({ port }) => `http://127.0.0.1:${port}`,
  wrap: ({ path, args, env, limits }) =>
    Promise.resolve({
      ...limited(path, args, limits),
      env,
      extraFds: [],
      programPid: (pid) => Promise.resolve(pid),
      programEnd: (end) => Promise.resolve({ ...end, isOutOfMemory: false }),
      release: () => Promise.resolve(),
    }),
  adopt: () => Promise.resolve(),
});

/**
 * The shell replaces itself with the program: same process, a millisecond later. A shell without this limit
 * sets none.
 */
const limited = (
  path: string,
  args: readonly string[],
  { memoryBytes }: JailRequest["limits"],
): { file: string; args: readonly string[] } =>
  memoryBytes === undefined || platform() === "win32"
    ? { file: path, args }
    : {
        file: "/bin/sh",
        args: [
          "-c",
          'ulimit -d "$0" 2>/dev/null; exec "$@"',
          String(Math.ceil(memoryBytes / 1_024)),
          path,
          ...args,
        ],
      };
