import { installAudit } from "./checks/audit.ts";
import { createTenants, type Tenant, withDatabase } from "./database.ts";
import { type ApiPool, createApiPool } from "./load/api-pool.ts";
import { type Clip, makeClips, type Tools } from "./load/clips.ts";
import { type EventReader, readEvents } from "./load/event-reader.ts";
import { type FileServer, serveClips } from "./load/file-server.ts";
import { type Player, startPlayer } from "./load/player.ts";
import { createLoad, type Load } from "./load/submitter.ts";
import { createWatchers, type Watchers } from "./load/watchers.ts";
import { openGuard } from "./processes/guard.ts";
import { type BrokerKind, type System, startSystem } from "./processes/system.ts";
import type { Random } from "./random.ts";
import { until } from "./until.ts";

/** The system under test with its clients, before the first fault. */
export interface Stage extends AsyncDisposable {
  system: System;
  pool: ApiPool;
  files: FileServer;
  clips: Clip[];
  tools: Tools;
  load: Load;
  watchers: Watchers;
  player: Player;
  /** The workspaces of the clients. */
  tenants: readonly Tenant[];
  /** By workspace. */
  readers: Map<string, EventReader>;
}

/** Rejects if the system does not answer within two minutes. */
export async function openStage(options: {
  brokerKind: BrokerKind;
  random: Random;
  workers: number;
  seconds: number;
  signal: AbortSignal;
}): Promise<Stage> {
  const { random, signal } = options;
  await using opening = new AsyncDisposableStack();
  const { folder } = opening.use(await openGuard());
  const { clips, tools } = await makeClips(folder);
  const files = opening.use(await serveClips(clips));
  const storeMiB = 64 + Math.ceil(options.seconds / 4);
  const { brokerKind, workers } = options;
  const system = opening.use(await startSystem({ folder, brokerKind, apis: 2, workers, storeMiB }));
  await answering(system, signal);
  await withDatabase(system.postgres.url, installAudit);
  const tenants = await createTenants(system.postgres.url, 2);

  const ended = new AbortController();
  const over = AbortSignal.any([ended.signal, signal]);
  const pool = createApiPool(system.origins);
  const watchers = opening.use(createWatchers(pool, over));
  const readers = new Map(
    tenants.map(({ workspaceId, token }) => [workspaceId, readEvents(pool, token, over)] as const),
  );
  const player = startPlayer(system.store.view, over);
  const load = createLoad({
    pool,
    files,
    clips,
    tokens: tenants.map(({ token }) => token),
    random: random.fork("load"),
    onAccepted: ({ videoId, token }) => watchers.watch(videoId, token),
    signal: over,
  });
  // Disposed first: clients stop before the servers that they use.
  opening.defer(async () => {
    ended.abort();
    await Promise.all([...readers.values()].map(({ running }) => running));
    await load.finished();
  });
  const held = opening.move();
  const dispose = () => held.disposeAsync();
  return {
    system,
    pool,
    files,
    clips,
    tools,
    load,
    watchers,
    player,
    tenants,
    readers,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Resolves when every API is ready and every worker has reported. */
async function answering({ origins, postgres, workers }: System, signal: AbortSignal): Promise<void> {
  const limits = { timeoutMs: 120_000, signal };
  for (const origin of origins) {
    const isReady = async () => (await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(3_000) })).ok;
    await until(isReady, `${origin} is ready`, limits);
  }
  const areSeen = () =>
    withDatabase(postgres.url, async (db) => {
      const { rows } = await db.query("SELECT id FROM workers");
      return rows.length === workers.length;
    });
  await until(areSeen, "every worker has reported", limits);
}
