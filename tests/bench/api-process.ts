/**
 * A whole API process: relay, dispatcher, projector and sweeper run beside what is measured, as they do
 * anywhere.
 */
import { pino } from "pino";
import { schema } from "../../schema/index.ts";
import { startApi } from "../../src/api/start-api.ts";
import { readApiEnv } from "../../src/env/env.ts";
import { freePort } from "../kit/free-port.ts";

// Known beforehand: the addresses that it gives out for uploads and playlists name it.
const PORT = String(await freePort());
const read = readApiEnv({ ...process.env, HOST: "127.0.0.1", PORT, LOG_LEVEL: "error", SECRETS_KEY: "none" });
if (!read.ok) throw new Error(read.errors.join("\n"));
const api = await startApi(read.env, pino({ level: "error" }), { schema });
process.send?.({ url: `${api.url}/graphql` });
process.once("disconnect", () => void close());

async function close(): Promise<void> {
  await api[Symbol.asyncDispose]();
  process.exit(0);
}
