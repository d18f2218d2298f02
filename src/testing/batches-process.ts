/** An API process as far as it works on batches, on DATABASE_URL and STORE_DIRECTORY. */

import { createLocalObjectStore } from "@reelay/object-store";
import { pino } from "pino";
import { startBatches } from "../batches/index.ts";
import { createDatabase } from "../database/database.ts";
import { createTestContext } from "./test-context.ts";

// oxlint-disable-next-line no-restricted-properties -- a program of tests, which has no env.ts
const { DATABASE_URL: databaseUrl = "", STORE_DIRECTORY: directory = "" } = process.env;
const db = createDatabase(databaseUrl);
const log = pino();
const store = createLocalObjectStore({ directory, publicBaseUrl: "http://store/" });
const { operations } = createTestContext({ db, log, store });
await startBatches({ ...operations, databaseUrl, log, onChanged: () => undefined });
log.info("batches.working");
