/** What `npm start` runs in place of the real services: Postgres and the broker. */
import { createRequire } from "node:module";
import path from "node:path";
import { locatePostgresBinaries } from "../../embedded/postgres/binaries.ts";
import { chooseRunAs } from "../../embedded/postgres/run-as.ts";
import type { Finding } from "./finding.ts";
import { firstLine } from "./programs.ts";

export async function checkPostgres(dataDirectory: string): Promise<Finding> {
  try {
    const { postgres, initdb } = await locatePostgresBinaries();
    const { prefix, owner } = await chooseRunAs(path.join(dataDirectory, "postgres"), [postgres, initdb]);
    const [program, ...args] = [...prefix, postgres, "--version"];
    const version = await firstLine(program, ...args);
    if (version === undefined) {
      return {
        what: "PostgreSQL",
        state: "missing",
        detail: `${postgres} does not run`,
        remedy: "set DATABASE_URL to a PostgreSQL 15 or newer (the programs need glibc)",
      };
    }
    const as = owner === undefined ? "" : `, runs as user ${owner.uid}`;
    return { what: "PostgreSQL", state: "ok", detail: `${version} (npm package${as})` };
  } catch (error) {
    return { what: "PostgreSQL", state: "missing", detail: (error as Error).message };
  }
}

export function checkBroker(): Finding {
  try {
    const messaging = createRequire(new URL("../../packages/messaging/index.ts", import.meta.url));
    messaging.resolve("@google-cloud/pubsub-api/build/protos/protos.json");
    return { what: "Pub/Sub broker", state: "ok", detail: "protos of google.pubsub.v1 are installed" };
  } catch (error) {
    return {
      what: "Pub/Sub broker",
      state: "missing",
      detail: (error as Error).message.split("\n")[0] ?? "",
      remedy: "run npm ci, or set PUBSUB_EMULATOR_HOST to a running emulator",
    };
  }
}
