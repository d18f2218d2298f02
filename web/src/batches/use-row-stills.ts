import { useApolloClient } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { type BatchRowFilter, type BatchRowLineFragment, BatchStillsDocument } from "../api/index.ts";

/** Requests for the rows of one page that have no still. */
const MAX_REQUESTS = 5;
const RETRY_MS = 2_000;
/** A page that is only scrolled past is not drawn, in milliseconds. */
const REST_MS = 250;

interface RowsOptions {
  id: string;
  filter: BatchRowFilter;
  first: number;
  skip: number;
  rows: readonly BatchRowLineFragment[];
  /** Whether a still can be drawn now. */
  isChecked: boolean;
  /** Addresses that are known, by the ids of rows; kept by the caller while pages come and go. */
  known: Map<string, string>;
}

/**
 * Addresses of the stills of a page's rows that have no poster, by their ids. One request at a time; a row
 * that no worker had time for is asked for again.
 */
export function useRowStills({ id, filter, first, skip, rows, isChecked, known }: RowsOptions) {
  const client = useApolloClient();
  const [requests, setRequests] = useState(0);
  const wanted = rows.filter((row) => hasNoPicture(row) && !known.has(row.id));
  const isAsked = isChecked && wanted.length > 0 && requests < MAX_REQUESTS;
  const asked = isAsked ? JSON.stringify({ id, filter, first, skip }) : null;
  useEffect(() => {
    if (asked === null) return;
    let isGone = false;
    const ask = async () => {
      const found = await client
        .query({ query: BatchStillsDocument, variables: JSON.parse(asked), fetchPolicy: "no-cache" })
        .catch(() => null);
      for (const { id: rowId, still } of found?.data?.batch?.rows.nodes ?? [])
        if (still !== null) known.set(rowId, still.url);
      if (!isGone) setRequests(requests + 1);
    };
    const timer = setTimeout(() => void ask(), requests === 0 ? REST_MS : RETRY_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [asked, requests, client, known]);
}

/** An invalid row cannot be drawn. */
const hasNoPicture = ({ status, video }: BatchRowLineFragment): boolean =>
  status !== "INVALID" && (video?.playback?.posterUrl ?? null) === null;
