import { useApolloClient, useQuery } from "@apollo/client/react";
import { useCallback, useMemo } from "react";
import { LibraryDocument, type LibraryQuery, NewRowDocument } from "../api/documents.ts";
import { useEvents } from "../live/events.tsx";
import { useSoon } from "../ui/use-soon.ts";
import { fits, type LibraryFilter, toVideoFilter } from "./filter.ts";

const pageSize = 30;

/** The videos that a filter lets through, newest first, with what is created meanwhile. */
export function useLibrary(filter: LibraryFilter) {
  const client = useApolloClient();
  const variables = useMemo(() => ({ first: pageSize, filter: toVideoFilter(filter) }), [filter]);
  const { data, previousData, error, loading, fetchMore, refetch } = useQuery(LibraryDocument, {
    variables,
    fetchPolicy: "cache-and-network",
    nextFetchPolicy: "cache-first",
  });
  const refetchSoon = useSoon(() => void refetch().catch(() => undefined), 500);

  const addRow = useCallback(
    async (id: string) => {
      const { data: found } = await client.query({
        query: NewRowDocument,
        variables: { id },
        fetchPolicy: "network-only",
      });
      const video = found?.video;
      if (!video || !fits(video, filter)) return;
      client.cache.updateQuery({ query: LibraryDocument, variables }, (list: LibraryQuery | null) => {
        if (list === null || list.videos.edges.some(({ node }) => node.id === id)) return list;
        // It is never the last of a page, so its cursor is never asked for.
        const edges = [{ cursor: "", node: video }, ...list.videos.edges];
        return { ...list, videos: { ...list.videos, edges, totalCount: list.videos.totalCount + 1 } };
      });
    },
    [client, filter, variables],
  );
  useEvents(({ type, videoId }) => {
    if (type === "video.created" && videoId !== null) void addRow(videoId).catch(refetchSoon);
    // Some leave a list by state, others come.
    else if (filter.status !== "" && /^video\.(?:source-received|playable|ready|failed)$/.test(type))
      refetchSoon();
  });

  const shown = data ?? previousData;
  const more = useCallback(() => {
    const { hasNextPage, endCursor } = data?.videos.pageInfo ?? { hasNextPage: false, endCursor: null };
    if (hasNextPage && !loading) void fetchMore({ variables: { after: endCursor } }).catch(() => undefined);
  }, [data, loading, fetchMore]);
  return {
    videos: shown?.videos.edges.map(({ node }) => node) ?? null,
    totalCount: shown?.videos.totalCount ?? null,
    hasMore: data?.videos.pageInfo.hasNextPage ?? false,
    error,
    isLoading: loading,
    more,
    refetch,
  };
}
