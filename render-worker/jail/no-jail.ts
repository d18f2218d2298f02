import type { Jail } from "./jail.ts";

/** Runs programs as they are, with the environment that they are given and nothing else. */
export function createNoJail(reason: string): Jail {
  return {
    level: "NONE",
    reason,
    sourceOrigin: ({ port }) => `http://127.0.0.1:${port}`,
    wrap: ({ path, args, env }) =>
      Promise.resolve({
        file: path,
        args,
        env,
        extraFds: [],
        programPid: (pid) => Promise.resolve(pid),
        programEnd: (end) => Promise.resolve(end),
        release: () => Promise.resolve(),
      }),
    adopt: () => Promise.resolve(),
  };
}
