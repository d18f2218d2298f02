/** Chooses the user for the PostgreSQL programs: they refuse to run as root. */
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./errors.ts";

export interface RunAs {
  /** Owner of the files; undefined: the current user. */
  readonly owner: { uid: number; gid: number } | undefined;
  /** Command-line prefix of the program, such as `setpriv` with its options. */
  readonly prefix: readonly string[];
}

/** The usual id of `nobody` on Linux, if `/etc/passwd` does not list it. */
const NOBODY = 65_534;

/**
 * Gives a non-root program the capability to enter any folder. `no_setuid_fixup` extends it to access(2),
 * with which initdb searches for its companions: otherwise that call considers only the user's own rights.
 */
const passClosedFolders = [
  "--inh-caps=+dac_override",
  "--ambient-caps=+dac_override",
  "--securebits=+no_setuid_fixup",
];

/**
 * Decides as whom to run programs that use `directory`.
 *
 * Users other than root run them as themselves. Root runs them as the owner of an existing data folder,
 * otherwise as `nobody`. If only root may enter a parent folder (`/root`, or one created by `mktemp -d`), the
 * program receives the one capability that bypasses this: `CAP_DAC_OVERRIDE`, which works without being root.
 */
export async function chooseRunAs(directory: string, programs: readonly string[]): Promise<RunAs> {
  const setpriv = process.platform === "linux" && (await succeeds("setpriv", "--version"));
  // If this process is killed, Postgres is asked to shut down (SIGINT, "fast") instead of being left behind.
  const diesWithUs = setpriv ? ["--pdeathsig", "INT"] : [];
  if (process.getuid?.() !== 0) {
    return { owner: undefined, prefix: setpriv ? ["setpriv", ...diesWithUs] : [] };
  }

  const owner = await ownerOrNobody(directory);
  const closed = await firstClosedFolder(owner, [
    ...programs.map((file) => path.dirname(file)),
    path.dirname(directory),
  ]);
  const capabilities = closed === undefined ? [] : passClosedFolders;
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
  const prefix = ["setpriv", ...identity, ...capabilities, ...diesWithUs];
  if (setpriv && (await succeeds(...prefix, programs[0] ?? "true", "--version"))) return { owner, prefix };
  if (closed === undefined) return { owner, prefix: [] };
  throw new EmbeddedPostgresError(
    "DIRECTORY_FORBIDDEN",
    `PostgreSQL refuses to run as root, and user ${owner.uid} may not enter ${closed}: install util-linux (setpriv), run as another user, or move to a folder that others may enter (chmod o+x).`,
  );
}

async function ownerOrNobody(directory: string): Promise<{ uid: number; gid: number }> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
  return { uid: Number(uid ?? NOBODY), gid: Number(gid ?? NOBODY) };
}

/** The topmost folder above any of `folders` that `user` may not enter. */
async function firstClosedFolder(
  user: { uid: number; gid: number },
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of folders) {
    const parts = path.resolve(folder).split(path.sep);
    for (let depth = 1; depth <= parts.length; depth++) {
      const ancestor = parts.slice(0, depth).join(path.sep) || path.sep;
      const found = await stat(ancestor).catch(() => undefined);
      if (found === undefined) break;
      const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
      if ((found.mode & bit) === 0) return ancestor;
    }
  }
  return undefined;
}

async function succeeds(program: string = "", ...args: string[]): Promise<boolean> {
  return promisify(execFile)(program, args).then(
    () => true,
    () => false,
  );
}
