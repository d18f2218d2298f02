/**
 * What a whole test run shares: a folder for what trials of ffmpeg show, and one embedded Postgres. Postgres
 * starts when the first test asks for a database, so a run of pure tests does not pay for it: until then
 * there is only an address to ask.
 */
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { startPostgres } from "../../embedded/postgres/index.ts";
import { applyMigrations } from "../../prisma/apply-migrations.ts";

/** Every migration applied, cloned for each test that wants a database. */
export const TEMPLATE_DATABASE = "reelay_template";

declare module "vitest" {
  interface ProvidedContext {
    /** Answers with the address of the run's Postgres, starting it first if need be. */
    testPostgresAsk: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const held = new AsyncDisposableStack();
  // Test processes and the systems that they start inherit it.
  process.env["FFMPEG_TRIALS_DIR"] ??= await temporaryFolder(held, "reelay-test-trials-");
  let starting: Promise<string> | undefined;
  const server = createServer((_request, response) => {
    starting ??= startTestPostgres(held);
    starting.then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  project.provide("testPostgresAsk", `http://127.0.0.1:${port}/`);

  return async () => {
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await starting?.catch(() => {});
    await held.disposeAsync();
  };
}

/** In memory, where there is enough: most of the time to copy a database goes to the disk's file system. */
async function fastFolder(): Promise<string> {
  const { bavail, bsize } = await statfs("/dev/shm").catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > 2 ** 32 ? "/dev/shm" : tmpdir();
}

async function temporaryFolder(
  held: AsyncDisposableStack,
  prefix: string,
  parent = tmpdir(),
): Promise<string> {
  const folder = await mkdtemp(path.join(parent, prefix));
  held.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function startTestPostgres(held: AsyncDisposableStack): Promise<string> {
  const directory = await temporaryFolder(held, "reelay-test-postgres-", await fastFolder());
  const postgres = held.use(
    await startPostgres({
      directory: path.join(directory, "data"),
      database: TEMPLATE_DATABASE,
      durable: false,
    }),
  );
  await applyMigrations({ url: postgres.url });
  const url = new URL("/postgres", postgres.url).href;
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`ALTER DATABASE ${TEMPLATE_DATABASE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
  await client.end();
  return url;
}
