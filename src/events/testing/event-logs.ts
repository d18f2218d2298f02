import { PrismaPg } from "@prisma/adapter-pg";
import { pino } from "pino";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { createTestDatabase } from "../../../tests/kit/index.ts";
import { createEventLog } from "../index.ts";
import { recordChange } from "../record-change.ts";

export const log = pino({ level: "silent" });

/** A database with a workspace, and as many logs on it as processes would have. */
export async function createTestEventLogs(processes = 1) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await createTestDatabase());
  const connect = (max: number) =>
    stack.adopt(
      new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max }) }),
      (client) => client.$disconnect(),
    );
  const db = connect(20);
  const { id: workspaceId } = await db.workspace.create({ data: { name: "ours" } });
  const logs = [];
  for (let index = 0; index < processes; index += 1) {
    logs.push(stack.use(await createEventLog({ db: connect(5), databaseUrl: database.url, log })));
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

  const held = stack.move();
  return {
    url: database.url,
    db,
    workspaceId,
    logs,
    /** The first. */
    log: logs[0] as (typeof logs)[number],
    createVideo,
    write,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

export type TestEventLogs = Awaited<ReturnType<typeof createTestEventLogs>>;
