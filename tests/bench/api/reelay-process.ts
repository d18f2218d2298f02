/**
 * The API's real server, on a real database; nothing of it is left out but the parts that a list does not
 * touch.
 */
import { PrismaPg } from "@prisma/adapter-pg";
import pino from "pino";
import { Registry } from "prom-client";
import { PrismaClient } from "../../../prisma/generated/client.ts";
import { schema } from "../../../schema/index.ts";
import { createServer } from "../../../src/api/server.ts";
import { createTestContext } from "../../../src/testing/test-context.ts";

const [, , connectionString = ""] = process.argv;
const db = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
const log = pino({ level: "warn" });
const server = createServer({
  schema,
  config: { isDevelopment: false, graceMs: 1_000 },
  context: createTestContext({ db, log }),
  log,
  metrics: new Registry(),
  checks: {},
});
const { url } = await server.listen(0, "127.0.0.1");
process.send?.({ url: `${url}/graphql` });
process.once("disconnect", () => void close());

async function close(): Promise<void> {
  await server[Symbol.asyncDispose]();
  await db.$disconnect();
  process.exit(0);
}
