import type { ApolloCache, Reference } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { useApolloClient } from "@apollo/client/react";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from "react";
import { WorkspaceEventsDocument, type WorkspaceEventsSubscription } from "../api/index.ts";

/** An entry of the workspace's event log, with its video as it is now. */
type LiveEvent = WorkspaceEventsSubscription["events"];
type Listener = (event: LiveEvent) => void;

interface Events {
  listeners: Set<Listener>;
}

const EventsContext = createContext<Events | null>(null);
/** Pause before following the log again after an error, in milliseconds. */
const RETRY_MS = 2_000;

/**
 * Follows the workspace's event log from a cursor on for as long as the page is open: what comes updates the
 * cache and reaches `useEvents`. A broken connection resumes where it was. Where it cannot
 * (its events were deleted for their age), everything is loaded again.
 */
export function EventsProvider({ from, children }: { from: string; children: ReactNode }) {
  const client = useApolloClient();
  const events = useMemo((): Events => ({ listeners: new Set() }), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    const follow = (after: string | null) => {
      let last = after;
      const again = (isPlaceGone: boolean) => {
        timer = setTimeout(() => {
          follow(isPlaceGone ? null : last);
          if (isPlaceGone) void client.refetchObservableQueries();
        }, RETRY_MS);
      };
      const subscription = client
        .subscribe({ query: WorkspaceEventsDocument, variables: { after } })
        .subscribe({
          next({ data, error }) {
            if (error) {
              subscription.unsubscribe();
              again(isPlaceGone(error));
            } else if (data) {
              last = data.events.cursor;
              applyToCache(client.cache, data.events);
              for (const listener of events.listeners) listener(data.events);
            }
          },
          error: () => again(false),
        });
      stop = () => subscription.unsubscribe();
    };
    follow(from);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, events, from]);
  return <EventsContext value={events}>{children}</EventsContext>;
}

const isPlaceGone = (error: unknown): boolean =>
  CombinedGraphQLErrors.is(error) &&
  error.errors.some(({ extensions }) => String(extensions?.["code"]).startsWith("CURSOR_"));

/** A deleted video leaves every list that it is in. */
function applyToCache(cache: ApolloCache, { type, videoId }: LiveEvent): void {
  const id = cache.identify({ __typename: "Video", id: videoId });
  if (type !== "video.deleted" || id === undefined) return;
  cache.modify({
    fields: {
      videos(list: VideoList | Reference, { readField }) {
        if (!("edges" in list)) return list;
        const edges = list.edges.filter(({ node }) => readField("id", node) !== videoId);
        const gone = list.edges.length - edges.length;
        return {
          ...list,
          edges,
          ...(list.totalCount !== undefined && { totalCount: list.totalCount - gone }),
        };
      },
    },
  });
  cache.evict({ id });
  cache.gc();
}

/** `Query.videos` as the cache keeps it. */
interface VideoList {
  edges: readonly { node: Reference }[];
  totalCount?: number;
}

/** Calls `listener` with each event from now on. */
export function useEvents(listener: Listener): void {
  const events = useContext(EventsContext);
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => {
    const tell: Listener = (event) => latest.current(event);
    events?.listeners.add(tell);
    return () => void events?.listeners.delete(tell);
  }, [events]);
}
