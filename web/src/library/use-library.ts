import { useApolloClient, useQuery } from "@apollo/client/react";
import { useCallback, useMemo } from "react";
import { LibraryDocument, type LibraryQuery, NewRowDocument } from "../api/index.ts";
import { useEvents } from "../live/index.ts";
import { useRefetch } from "../ui/index.ts";
import { fits, type LibraryFilter, toVideoFilter } from "./filter.ts";

const PAGE_SIZE = 30;

/** The videos that match a filter, newest first, including new ones. */
export function useLibrary(filter: LibraryFilter) {
  const client = useApolloClient();
  const variables = useMemo(() => ({ first: PAGE_SIZE, filter: toVideoFilter(filter) }), [filter]);
  const { data, previousData, error, loading, fetchMore, refetch } = useQuery(LibraryDocument, {
    variables,
  });
  const refetchSoon = useRefetch(refetch, 500);

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
        // It is never the last of a page, so its cursor is never used.
        const edges = [{ cursor: "", node: video }, ...list.videos.edges];
        return { ...list, videos: { ...list.videos, edges, totalCount: list.videos.totalCount + 1 } };
      });
    },
    [client, filter, variables],
  );
  useEvents(({ type, videoId }) => {
    if (type === "video.created" && videoId !== null) void addRow(videoId).catch(refetchSoon);
    // A change of status adds a video to a filtered list, or removes it.
    else if (filter.status !== "" && /^video\.(?:source-received|playable|ready|failed)$/.test(type))
      refetchSoon();
  });

  const shown = data ?? previousData;
  return {
    videos: shown?.videos.edges.map(({ node }) => node) ?? null,
    totalCount: shown?.videos.totalCount ?? null,
    page: data?.videos.pageInfo,
    error,
    isLoading: loading,
    fetchMore,
    refetch,
  };
}
