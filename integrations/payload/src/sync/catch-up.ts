/**
 * The one way that documents change. A trigger (a start, a webhook, the button, a timer) only says when; what
 * happened is read from the log behind the cursor, and what a video is now is asked for. So it does not
 * matter whether a webhook came twice, late, in another order, or never.
 */
import {
  ChangesDocument,
  type ChangesQueryVariables,
  type Client,
  type EventFragment,
  ReelayError,
} from "@reelay/client";
import type { Payload } from "payload";
import { planUpdate, UNSETTLED, type VideoDoc } from "../collections/video-doc.ts";
import { deleteForgotten } from "./deletions.ts";
import { VideosNowDocument } from "./documents.ts";
import { withLock } from "./lock.ts";
import type { CaughtUp } from "./registry.ts";
import { readState, writeState } from "./state.ts";
import { findVideos, writeVideo } from "./videos.ts";

export interface CatchUpDeps {
  payload: Payload;
  client: Client;
  slug: string;
  signal: AbortSignal;
  /** Whether videos that are under way are asked for though the log says nothing of them. */
  isThorough: boolean;
  /** Sees to the webhook endpoint, under the same lock. */
  ensureWebhook: (signal: AbortSignal) => Promise<void>;
}

const CURSOR = "cursor";
const EVENTS_PER_PAGE = 500;
/** What `nodes` gives at once. */
const VIDEOS_PER_REQUEST = 100;

export async function catchUp(deps: CatchUpDeps): Promise<CaughtUp> {
  return await withLock(deps.payload, deps.signal, async () => {
    await deleteForgotten(deps.payload, deps.client, deps.signal);
    const result = await followLog(deps).catch(async (error: unknown) => {
      if (!isLogGone(error)) throw error;
      deps.payload.logger.warn({
        err: error,
        msg: "reelay: the log does not go back that far; reading all videos again",
      });
      return await beginAnew(deps);
    });
    if (deps.isThorough) {
      result.documents += await refresh(deps, await findUnsettled(deps));
      await deps.ensureWebhook(deps.signal);
    }
    return result;
  });
}

async function followLog(deps: CatchUpDeps): Promise<CaughtUp> {
  const { payload, client, signal } = deps;
  const kept = (await readState(payload, CURSOR))?.value as { cursor: string } | undefined;
  if (!kept) return await beginAnew(deps);
  let { cursor } = kept;
  const result = { events: 0, documents: 0 };
  for (let hasMore = true; hasMore; ) {
    const variables: ChangesQueryVariables = { after: cursor, first: EVENTS_PER_PAGE };
    const { changes } = await client.query(ChangesDocument, variables, { signal });
    result.events += changes.events.length;
    result.documents += await refresh(deps, await findTouched(deps, changes.events));
    hasMore = changes.hasMore;
    if (changes.cursor !== cursor) await writeState(payload, CURSOR, { cursor: changes.cursor });
    cursor = changes.cursor;
  }
  return result;
}

/** First a cursor, then the state: what happens in between is in the log behind it. */
async function beginAnew(deps: CatchUpDeps): Promise<CaughtUp> {
  const { payload, client, slug, signal } = deps;
  const { changes } = await client.query(ChangesDocument, { after: "now", first: 0 }, { signal });
  const documents = await refresh(deps, await findVideos(payload, slug, { reelayId: { exists: true } }));
  await writeState(payload, CURSOR, { cursor: changes.cursor });
  return { events: 0, documents };
}

/**
 * The documents of these events. One that never learnt its video's id, because its server died that moment,
 * has its key.
 */
async function findTouched({ payload, slug }: CatchUpDeps, events: EventFragment[]): Promise<VideoDoc[]> {
  const ids = new Set(events.flatMap(({ videoId }) => videoId ?? []));
  if (ids.size === 0) return [];
  const idByKey = new Map(
    events.flatMap(({ video }) => (video?.externalId ? [[video.externalId, video.id]] : [])),
  );
  const keys = [...idByKey.keys()];
  const docs = await findVideos(payload, slug, {
    or: [{ reelayId: { in: [...ids] } }, { reelayKey: { in: keys } }],
  });
  for (const doc of docs) doc.reelayId ??= idByKey.get(doc.reelayKey ?? "") ?? null;
  return docs;
}

async function findUnsettled({ payload, slug }: CatchUpDeps): Promise<VideoDoc[]> {
  const unsettled = { or: [{ status: { in: [...UNSETTLED] } }, { status: { exists: false } }] };
  return await findVideos(payload, slug, { and: [{ reelayId: { exists: true } }, unsettled] });
}

/** Asks what these videos are now, and writes what their documents do not say. Returns how many did not. */
async function refresh({ payload, client, slug, signal }: CatchUpDeps, docs: VideoDoc[]): Promise<number> {
  let changed = 0;
  const ours = docs.filter(({ reelayId }) => reelayId !== null);
  for (let at = 0; at < ours.length; at += VIDEOS_PER_REQUEST) {
    const some = ours.slice(at, at + VIDEOS_PER_REQUEST);
    const ids = some.flatMap(({ reelayId }) => reelayId ?? []);
    const { nodes } = await client.query(VideosNowDocument, { ids }, { signal });
    for (const [index, doc] of some.entries()) {
      const changes = planUpdate(doc, nodes[index] ?? null);
      if (!changes) continue;
      await writeVideo(payload, slug, doc.id, { ...changes, reelayId: doc.reelayId });
      changed += 1;
    }
  }
  return changed;
}

const isLogGone = (error: unknown): boolean =>
  error instanceof ReelayError && ["CURSOR_EXPIRED", "CURSOR_UNKNOWN", "CURSOR_INVALID"].includes(error.code);
