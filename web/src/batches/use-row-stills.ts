import { useApolloClient } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { type BatchRowFilter, type BatchRowLineFragment, BatchStillsDocument } from "../api/index.ts";

/** Stills that one request draws. */
const AT_ONCE = 20;
/** Requests for the rows of one part of the list that have no still. */
const MAX_REQUESTS = 5;
const RETRY_MS = 2_000;

interface Edge {
  cursor: string;
  node: BatchRowLineFragment;
}

interface RowsOptions {
  id: string;
  filter: BatchRowFilter;
  edges: readonly Edge[];
  /** Whether a still can be drawn now. */
  isChecked: boolean;
}

/**
 * Addresses of the stills of rows that have no poster, by their ids. One request at a time; a row that no
 * worker had time for is asked for again.
 */
export function useRowStills({ id, filter, edges, isChecked }: RowsOptions): ReadonlyMap<string, string> {
  const client = useApolloClient();
  const [stills, setStills] = useState<ReadonlyMap<string, string>>(new Map());
  /** By the rows that were asked for. */
  const [requests, setRequests] = useState<ReadonlyMap<string, number>>(new Map());
  const parts = Array.from({ length: Math.ceil(edges.length / AT_ONCE) }, (_, index) => {
    const rows = edges.slice(index * AT_ONCE, (index + 1) * AT_ONCE);
    const wanted = rows.filter(({ node }) => hasNoPicture(node) && !stills.has(node.id));
    const after = edges[index * AT_ONCE - 1]?.cursor ?? null;
    return { after, key: wanted.map(({ node }) => node.id).join(" ") };
  });
  const next = parts.find(({ key }) => key !== "" && (requests.get(key) ?? 0) < MAX_REQUESTS);
  const asked = isChecked && next ? JSON.stringify({ id, filter, first: AT_ONCE, after: next.after }) : null;
  const key = next?.key ?? "";
  const made = requests.get(key) ?? 0;
  useEffect(() => {
    if (asked === null) return;
    let isGone = false;
    const ask = async () => {
      const found = await client
        .query({ query: BatchStillsDocument, variables: JSON.parse(asked), fetchPolicy: "no-cache" })
        .catch(() => null);
      if (isGone) return;
      const drawn = (found?.data?.batch?.rows.edges ?? []).flatMap(({ node }) =>
        node.still === null ? [] : [[node.id, node.still.url] as const],
      );
      setStills((before) => new Map([...before, ...drawn]));
      setRequests((before) => new Map([...before, [key, made + 1]]));
    };
    const timer = setTimeout(() => void ask(), made === 0 ? 0 : RETRY_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [asked, key, made, client]);
  return stills;
}

/** An invalid row cannot be drawn. */
const hasNoPicture = ({ status, video }: BatchRowLineFragment): boolean =>
  status !== "INVALID" && (video?.playback?.posterUrl ?? null) === null;
