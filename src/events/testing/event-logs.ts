import { PrismaPg } from "@prisma/adapter-pg";
import { pino } from "pino";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { createTestDatabase, patientTransactions } from "../../../tests/kit/index.ts";
import { createEventLog } from "../index.ts";
import { recordChange } from "../record-change.ts";

export const log = pino({ level: "silent" });

/** A database with a workspace, and as many logs on it as processes would have. */
export async function createTestEventLogs(processes = 1) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const connect = (max: number) =>
    stack.adopt(
      new PrismaClient({
        adapter: new PrismaPg({ connectionString: database.url, max }),
        log: [{ emit: "event", level: "query" }],
        transactionOptions: patientTransactions,
      }),
      (client) => client.$disconnect(),
    );
  const db: PrismaClient = connect(20);
  const { id: workspaceId } = await db.workspace.create({ data: { name: "ours" } });
  const logs = [];
  const pages = { read: 0 };
  for (let index = 0; index < processes; index += 1) {
    const own = connect(5);
    own.$on("query", ({ query }) => {
      if (query.includes("forgotten_events")) pages.read += 1;
    });
    logs.push(stack.use(await createEventLog({ db: own, databaseUrl: database.url, log })));
  }

  async function createVideo(workspace = workspaceId): Promise<string> {
    const { id } = await db.video.create({
      data: { workspaceId: workspace, title: "clip", profile: "default" },
    });
    return id;
  }
  /** Writes events of these types, in one transaction. */
  async function write(videoId: string, types: readonly string[], workspace = workspaceId): Promise<void> {
    await db.$transaction((tx) =>
      recordChange(
        tx,
        { workspaceId: workspace, videoId },
        types.map((type) => ({ type: `video.${type}` as const })),
      ),
    );
  }

  /** A backlog: many events at once, each with a text of this length. */
  async function writeMany(videoId: string, count: number, textLength = 0): Promise<void> {
    await db.$executeRaw`
      INSERT INTO events (workspace_id, video_id, type, data)
      SELECT ${workspaceId}::uuid, ${videoId}::uuid, 'video.changed',
        jsonb_build_object('number', number, 'text', repeat('x', ${textLength}))
      FROM generate_series(1, ${count}) AS number`;
  }

  const held = stack.move();
  return {
    url: database.url,
    db,
    workspaceId,
    logs,
    /** How many pages the logs have asked the database for. */
    pages,
    /** The first. */
    log: logs[0] as (typeof logs)[number],
    createVideo,
    write,
    writeMany,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export type TestEventLogs = Awaited<ReturnType<typeof createTestEventLogs>>;
