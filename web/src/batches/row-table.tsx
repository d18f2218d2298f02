import { useQuery } from "@apollo/client/react";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { type BatchRowFilter, BatchRowsDocument } from "../api/index.ts";
import { Pending, useRefetch } from "../ui/index.ts";
import { BatchRow } from "./batch-row.tsx";
import { useRowStills } from "./use-row-stills.ts";

/** As many as one request draws stills of. */
const PAGE = 20;
/** Height of a row without issues in pixels; pages are measured once they are shown. */
const ROW_PX = 59;
const REFETCH_MS = 1_000;

interface RowTableProps {
  id: string;
  filter: BatchRowFilter;
  /** Rows that match the filter. */
  total: number;
  /** Changes when rows enter or leave the filter. */
  members: string;
  isChecked: boolean;
}

/** All rows that match, of which only those near the visible part of the page exist. */
export function RowTable({ total, ...rows }: RowTableProps) {
  const list = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  const known = useRef(new Map<string, string>()).current;
  useEffect(() => {
    const { body } = document;
    const measure = () => setScrollMargin((list.current?.getBoundingClientRect().top ?? 0) + scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(body);
    return () => observer.disconnect();
  }, []);
  // No compiler memoizes this component.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer({
    count: Math.ceil(total / PAGE),
    estimateSize: (index) => Math.min(PAGE, total - index * PAGE) * ROW_PX,
    overscan: 1,
    scrollMargin,
  });
  return (
    // A list whose entries lie in pages, which its own element does not permit.
    <div
      ref={list}
      role="list"
      className="card batch-rows"
      aria-label="Rows"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().map(({ index, start }) => (
        <div
          key={index}
          ref={virtualizer.measureElement}
          role="none"
          className="batch-rows-page"
          data-index={index}
          style={{ transform: `translateY(${start - scrollMargin}px)` }}
        >
          <RowPage {...rows} skip={index * PAGE} total={total} known={known} />
        </div>
      ))}
    </div>
  );
}

interface RowPageProps extends RowTableProps {
  skip: number;
  known: Map<string, string>;
}

function RowPage({ id, filter, total, members, isChecked, skip, known }: RowPageProps) {
  const first = PAGE;
  const { data, error, refetch } = useQuery(BatchRowsDocument, { variables: { id, filter, first, skip } });
  const askAgain = useRefetch(refetch, REFETCH_MS);
  // Rows of the page follow the subscription; those that enter or leave it need the page again.
  const before = useRef(members);
  useEffect(() => {
    if (before.current === members) return;
    before.current = members;
    askAgain();
  }, [members, askAgain]);
  const rows = data?.batch?.rows.nodes ?? [];
  useRowStills({ id, filter, first, skip, rows, isChecked, known });
  if (data) {
    return rows.map((row, index) => (
      <BatchRow key={row.id} row={row} still={known.get(row.id) ?? null} at={skip + index + 1} of={total} />
    ));
  }
  const height = Math.min(PAGE, total - skip) * ROW_PX;
  return (
    <div style={{ height }}>
      {error ? <Pending what="the rows" error={error} rows={1} onRetry={refetch} /> : null}
    </div>
  );
}
