/** The data folder of one Postgres, created once by initdb, completely or not at all. */
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PostgresBinaries } from "./binaries.ts";
import { diskFull, EmbeddedPostgresError } from "./errors.ts";
import { runToEnd } from "./processes.ts";
import type { RunAs } from "./run-as.ts";

export interface Cluster {
  /** Postgres' PGDATA. */
  folder: string;
  password: string;
}

/** The major version of the packaged PostgreSQL. It cannot read data of another major version. */
const MAJOR_VERSION = "18";
const PASSWORD_FILE = "reelay-password";

/**
 * Opens the cluster below `directory`, or creates one.
 *
 * initdb works in a separate folder that is renamed when complete. An interrupted initdb therefore leaves
 * nothing that looks like data; its remains are removed here.
 */
export async function openCluster(
  directory: string,
  options: { binaries: PostgresBinaries; runAs: RunAs; durable: boolean; signal?: AbortSignal | undefined },
): Promise<Cluster> {
  const folder = path.join(directory, "cluster");
  if ((await stat(folder).catch(() => undefined)) === undefined) await initialise(folder, options);

  const version = (await readOwn(path.join(folder, "PG_VERSION"))).trim();
  if (version !== MAJOR_VERSION) {
    throw new EmbeddedPostgresError(
      "OTHER_VERSION",
      `${directory} holds data of PostgreSQL ${version}, but this Reelay runs PostgreSQL ${MAJOR_VERSION}: move the data over with pg_dump and pg_restore, or start with another data folder.`,
    );
  }
  return { folder, password: (await readOwn(path.join(folder, PASSWORD_FILE))).trim() };
}

/**
 * Creates the parent of `folder` with normal permissions: who may enter it decides as whom Postgres can run.
 */
export async function makeParent(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  await mkdir(parent, { recursive: true }).catch((cause: unknown) => {
    throw forbidden(parent, cause);
  });
}

/** Creates `folder` (mode 0700), assigns it to the user that runs Postgres, and returns its real path. */
export async function makeFolder(folder: string, { owner }: RunAs): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    await chmod(folder, 0o700);
    return await realpath(folder);
  } catch (cause) {
    throw forbidden(folder, cause);
  }
}

async function initialise(
  folder: string,
  { binaries, runAs, durable, signal }: Parameters<typeof openCluster>[1],
): Promise<void> {
  const aside = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  const password = randomBytes(24).toString("base64url");
  await rm(aside, { recursive: true, force: true });
  await writeOwn(passwordFile, password, runAs);
  const { code, output } = await runToEnd(
    [
      ...runAs.prefix,
      binaries.initdb,
      `--pgdata=${aside}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // Code point order as in C, but with case mapping for every script, so that searches ignore case.
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
      ...(durable ? [] : ["--no-sync"]),
    ],
    { owner: runAs.owner, signal },
  );
  if (code !== 0) {
    if (/No space left on device/.test(output)) throw diskFull(folder);
    throw new EmbeddedPostgresError(
      "START_FAILED",
      `initdb could not create a database in ${folder}: ${output.trim() || `it ended with ${code}`}`,
    );
  }
  await rename(passwordFile, path.join(aside, PASSWORD_FILE));
  await rename(aside, folder);
}

async function writeOwn(file: string, text: string, { owner }: RunAs): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, text, { mode: 0o600 });
  if (owner !== undefined) await chown(file, owner.uid, owner.gid);
}

async function readOwn(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw forbidden(file, cause);
  }
}

function forbidden(file: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "DIRECTORY_FORBIDDEN",
    `${file} cannot be used as this user: ${(cause as Error).message}; start as the user that created it, or choose another data folder.`,
    { cause },
  );
}
