/**
 * What the event log's order costs: sequencing beside the bare insert of the same events, and a poll that
 * finds nothing.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "pg";
import { startPostgres } from "../../../embedded/postgres/index.ts";
import { applyMigrations } from "../../../prisma/apply-migrations.ts";
import type { BenchOptions, Figures } from "../conditions.ts";
import { show, summarize } from "../statistics.ts";

/** Events that wait when a reader comes: one at a time, as live readers find them, up to a whole batch. */
const waiting = [1, 10, 100, 1_000];

/** A table like the log's, without what the order needs: no positions, no triggers but the wake-up. */
const bareTable = `
  CREATE TABLE bare_events (id bigserial PRIMARY KEY, workspace_id uuid NOT NULL, video_id uuid NOT NULL, type text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}', at timestamptz(3) NOT NULL DEFAULT now());
  CREATE INDEX ON bare_events (workspace_id, id);
  CREATE INDEX ON bare_events (video_id, id);
  CREATE FUNCTION notify_bare() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN PERFORM pg_notify('bare', NEW.video_id::text); RETURN NULL; END $$;
  CREATE TRIGGER bare_notify AFTER INSERT ON bare_events FOR EACH ROW EXECUTE FUNCTION notify_bare();`;

export async function run({ isShort, print }: BenchOptions): Promise<Figures> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), "reelay-bench-events-"));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = resources.use(
    await startPostgres({ directory: path.join(directory, "data"), database: "bench" }),
  );
  await applyMigrations({ url: postgres.url });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  resources.defer(() => client.end());
  await client.query(bareTable);

  /** Microseconds per event. */
  async function time(sql: string, events: number): Promise<number> {
    const start = performance.now();
    await client.query(sql);
    return ((performance.now() - start) * 1_000) / events;
  }
  const insert = (table: string, count: number) => `
    INSERT INTO ${table} (workspace_id, video_id, type, data)
    SELECT '00000000-0000-0000-0000-000000000001', gen_random_uuid(), 'variant.ready', '{"name": "720p"}'
    FROM generate_series(1, ${count})`;

  const figures: Figures = {};
  const rounds = isShort ? 20 : 200;
  for (const count of waiting) {
    const bare: number[] = [];
    const ours: number[] = [];
    const sequencing: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await time(insert("bare_events", count), count));
      ours.push(await time(insert("events", count), count));
      sequencing.push(await time("CALL sequence_events()", count));
    }
    const [plain, written, sequenced] = [summarize(bare), summarize(ours), summarize(sequencing)];
    print(
      `${count} at once, µs per event: bare insert ${show(plain, 0)}, ours ${show(written, 0)}, sequencing ${show(sequenced, 0)}`,
    );
    figures[`events_${count}_ratio`] = (written.median + sequenced.median) / plain.median;
  }
  const idle: number[] = [];
  for (let round = 0; round < rounds; round += 1) idle.push(await time("CALL sequence_events()", 1));
  print(`nothing to sequence: ${show(summarize(idle), 0)} µs a call`);
  figures["events_idle_call_us"] = summarize(idle).median;
  return figures;
}
