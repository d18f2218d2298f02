import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { startPostgres } from "../../../embedded/postgres/index.ts";
import { applyMigrations } from "../../../prisma/apply-migrations.ts";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { createApiKey } from "../../../src/auth/api-keys.ts";

/** What both servers serve from: one database, and a key to read it with. */
export interface Stage extends AsyncDisposable {
  databaseUrl: string;
  token: string;
}

/** Mostly done, some under way. */
const states = ["READY", "READY", "READY", "READY", "PROCESSING"] as const;

/** A real Postgres with this many videos in the caller's workspace, and as many again in another. */
export async function openStage(videos: number): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-bench-api-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(
    await startPostgres({ directory: path.join(directory, "data"), database: "bench", durable: false }),
  );
  await applyMigrations({ url: postgres.url });
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: postgres.url }) });
  let token = "";
  try {
    for (const name of ["other", "ours"]) {
      const workspace = await db.workspace.create({ data: { name } });
      await db.video.createMany({
        data: Array.from({ length: videos }, (_, index) => {
          const status = states[index % states.length] ?? "READY";
          const createdAt = new Date(Date.UTC(2026, 0, 1) + index * 60_000);
          return {
            workspaceId: workspace.id,
            title: `Lecture ${index}: ${randomBytes(12).toString("hex")}`,
            profile: "default",
            status,
            createdAt,
            ...(status === "READY" && { playableAt: createdAt, readyAt: createdAt }),
          };
        }),
      });
      const key = { workspaceId: workspace.id, name: "bench", scopes: ["READ"] as const };
      ({ token } = await createApiKey(db, key));
    }
    await db.$executeRawUnsafe("VACUUM ANALYZE");
  } finally {
    await db.$disconnect();
  }
  const owned = resources.move();
  return { databaseUrl: postgres.url, token, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
