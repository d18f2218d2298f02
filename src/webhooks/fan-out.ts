import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { PrismaClient } from "../../prisma/generated/client.ts";
import { assetColumns, assetsOf } from "../database/index.ts";
import { type EventCodec, type LoggedEvent, sequenceEvents, type Tx } from "../events/index.ts";
import { matchesFilter } from "./event-filter.ts";
import { type MessageVideo, messageBody } from "./message.ts";

export interface FanOutDeps {
  db: PrismaClient;
  store: Pick<ObjectStore, "publicUrl">;
  clock: () => Date;
  codec: EventCodec;
}

/** Events that one transaction looks at. */
const PAGE_SIZE = 200;

/** Workspaces with a webhook endpoint: events of others can be ignored. */
export async function readFollowed(db: PrismaClient): Promise<Set<string>> {
  const rows = await db.webhookEndpoint.findMany({
    where: { status: "ENABLED" },
    select: { workspaceId: true },
    distinct: ["workspaceId"],
  });
  return new Set(rows.map(({ workspaceId }) => workspaceId));
}

/**
 * Creates deliveries for events after the endpoints' places, one page each. Resolves to true if there may be
 * more.
 */
export async function fanOut(deps: FanOutDeps): Promise<boolean> {
  const { db } = deps;
  await sequenceEvents(db);
  const behind = await db.$queryRaw<{ id: string }[]>`
    SELECT e.id FROM webhook_endpoints e
    WHERE e.status = 'ENABLED' AND EXISTS (SELECT FROM events v WHERE v.workspace_id = e.workspace_id AND v.position > e.position)`;
  let hasMore = false;
  for (const { id } of behind) hasMore = (await fanOutTo(deps, id)) || hasMore;
  return hasMore;
}

/**
 * One page of the log for one endpoint. Resolves to true if the page was full.
 *
 * Deliveries and the endpoint's place advance in one transaction under the endpoint's lock, so that each
 * event becomes one delivery: after a crash at any moment the page is read again, and the second of two
 * processes waits and finds nothing left. No event is skipped: positions become visible in order, and no
 * event ever gets a position below one already seen (see the migration `event_positions`). The snapshot with
 * the events is taken after the lock, so that they come after the current place.
 *
 * Considered: one place for all endpoints, which would leave a new or re-enabled one without a place of its
 * own; a trigger that writes deliveries with the events, which would make every change of a video wait and
 * pay for each endpoint.
 */
async function fanOutTo({ db, store, clock, codec }: FanOutDeps, endpointId: string): Promise<boolean> {
  return await db.$transaction(async (tx) => {
    const endpoint = await lockEnabled(tx, endpointId);
    if (endpoint === undefined) return false;
    const events = await tx.$queryRaw<LoggedEvent[]>`
      SELECT id, position, workspace_id AS "workspaceId", video_id AS "videoId", job_id AS "jobId", attempt_id AS "attemptId", type, data, at
      FROM events WHERE workspace_id = ${endpoint.workspaceId}::uuid AND position > ${endpoint.position}
      ORDER BY position LIMIT ${PAGE_SIZE}`;
    const last = events.at(-1);
    if (last === undefined) return false;
    const wanted = events.filter(({ type }) => matchesFilter(endpoint.eventTypes, type));
    const videos = await readVideos(tx, store, wanted);
    const now = clock();
    await tx.webhookDelivery.createMany({
      data: wanted.map((event) => ({
        endpointId,
        eventId: event.id,
        eventAt: event.at,
        position: event.position,
        videoId: event.videoId,
        type: event.type,
        body: messageBody(event, videos.get(event.videoId ?? ""), codec),
        nextAttemptAt: now,
        createdAt: now,
      })),
      skipDuplicates: true,
    });
    await tx.webhookEndpoint.update({ where: { id: endpointId }, data: { position: last.position } });
    return events.length === PAGE_SIZE;
  });
}

/** The endpoint, locked until the transaction ends; undefined when it was disabled or deleted since. */
async function lockEnabled(
  tx: Tx,
  endpointId: string,
): Promise<{ workspaceId: string; eventTypes: string[]; position: bigint } | undefined> {
  const [row] = await tx.$queryRaw<{ workspaceId: string; eventTypes: string[]; position: bigint }[]>`
    SELECT workspace_id AS "workspaceId", event_types AS "eventTypes", position FROM webhook_endpoints
    WHERE id = ${endpointId}::uuid AND status = 'ENABLED' FOR UPDATE`;
  return row;
}

/** The videos of a page in one query: in their current state, which may be later than the event. */
async function readVideos(
  tx: Tx,
  store: Pick<ObjectStore, "publicUrl">,
  events: readonly LoggedEvent[],
): Promise<Map<string, MessageVideo>> {
  const ids = [...new Set(events.flatMap(({ videoId }) => videoId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await tx.video.findMany({
    where: { id: { in: ids } },
    select: {
      ...{
        id: true,
        externalId: true,
        title: true,
        metadata: true,
        status: true,
        playbackPolicy: true,
        durationMs: true,
        width: true,
      },
      ...{ height: true, error: true, assets: assetColumns, playableAt: true },
    },
  });
  return new Map(
    rows.map(({ assets, playableAt, ...video }) => {
      const { poster } = assetsOf({ assets });
      const hlsUrl = store.publicUrl(objectKeys.master(video.id));
      const playback = playableAt && { hlsUrl, posterUrl: poster && store.publicUrl(poster.key) };
      return [video.id, { ...video, playback }];
    }),
  );
}

/**
 * Wakes sending processes. New deliveries do so through a trigger; this is for deliveries that are due again.
 */
export const WEBHOOK_CHANNEL = "reelay_webhooks";

/** Notifies all processes, when the transaction commits, that deliveries are due. */
export async function wakeWebhooks(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${WEBHOOK_CHANNEL}, '')`;
}
