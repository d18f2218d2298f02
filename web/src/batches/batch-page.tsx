import { useQuery, useSubscription } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import {
  type BatchHeadFragment,
  BatchLiveDocument,
  BatchPageDocument,
  BatchRowCountDocument,
  type BatchRowStatus,
} from "../api/index.ts";
import { batchRowWords, batchWords, count, percentOf } from "../format/index.ts";
import { routes } from "../routes.ts";
import { BackIcon, Badge, Bar, Empty, FailureText, Pending, useRefetch } from "../ui/index.ts";
import { BatchCost } from "./batch-cost.tsx";
import { BatchIssues } from "./batch-issues.tsx";
import { BatchTools } from "./batch-tools.tsx";
import "./batches.css";
import { isBatchMoving } from "./plan-tools.ts";
import { Replacement } from "./replacement.tsx";
import { RowTable } from "./row-table.tsx";

const REFETCH_MS = 1_000;

/** A batch: its rows with their states, and what can be done with it. */
export default function BatchPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(BatchPageDocument, { variables: { id } });
  const batch = data?.batch;
  const isMoving = batch != null && isBatchMoving(batch.status);
  // Updates the cache, which everything on the page reads.
  useSubscription(BatchLiveDocument, { variables: { id }, skip: !isMoving, ignoreResults: true });
  if (!data) return <Pending what="the batch" error={error} rows={6} onRetry={refetch} />;
  if (!batch) {
    return (
      <Empty title="Batch not found" isWholePage>
        <p>
          <Link href={routes.batches}>All batches</Link>
        </p>
      </Empty>
    );
  }
  const { title, status, counts, progress, template, waitReason, error: failure, checkedRows } = batch;
  return (
    <>
      <title>{`${title} · Reelay`}</title>
      <Link href={routes.batches} className="back">
        <BackIcon /> Batches
      </Link>
      <div className="page-head">
        <h1>{title}</h1>
        <Badge word={batchWords[status]} />
        <BatchTools batch={batch} hasIssues={batch.issues.totalCount > 0} />
      </div>
      <p className="muted">
        {count(counts.total, "row")} · <Link href={routes.template(template.name)}>{template.name}</Link>
      </p>
      {status === "CHECKING" && (
        <p role="status">
          Checking the rows: {checkedRows} so far{counts.total > 0 && ` of ${counts.total}`}.
        </p>
      )}
      {status !== "CHECKING" && status !== "CHECKED" && (
        <div className="overall">
          <Bar fraction={progress} label={`Progress of ${title}`} />
          <span className="numbers">{percentOf(progress)} %</span>
        </div>
      )}
      {waitReason !== null && <p className="notice">{waitReason}</p>}
      {failure && (
        <div className="notice bad">
          <FailureText failure={failure} />
        </div>
      )}
      <BatchCost batch={batch} />
      <Replacement batch={batch} />
      <BatchIssues key={`${status === "CHECKING"}`} id={id} status={status} />
      <Rows id={id} batch={batch} />
    </>
  );
}

interface Choice {
  text: string;
  statuses: readonly BatchRowStatus[];
  number: (counts: BatchHeadFragment["counts"]) => number;
}

const choices: readonly Choice[] = [
  { text: "All", statuses: [], number: ({ total }) => total },
  { text: batchRowWords.VALID.text, statuses: ["VALID"], number: ({ valid }) => valid },
  { text: batchRowWords.INVALID.text, statuses: ["INVALID"], number: ({ invalid }) => invalid },
  { text: batchRowWords.DUPLICATE.text, statuses: ["DUPLICATE"], number: ({ duplicate }) => duplicate },
  {
    text: "Rendering",
    statuses: ["QUEUED", "RUNNING"],
    number: ({ queued, running }) => queued + running,
  },
  { text: batchRowWords.READY.text, statuses: ["READY"], number: ({ ready }) => ready },
  { text: batchRowWords.FAILED.text, statuses: ["FAILED"], number: ({ failed }) => failed },
  { text: batchRowWords.CANCELED.text, statuses: ["CANCELED"], number: ({ canceled }) => canceled },
];

function Rows({ id, batch: { counts, status } }: { id: string; batch: BatchHeadFragment }) {
  const [shown, setShown] = useState("All");
  const [search, setSearch] = useState("");
  const { statuses } = choices.find(({ text }) => text === shown) ?? { statuses: [] };
  const filter = {
    ...(statuses.length > 0 && { status: [...statuses] }),
    ...(search.trim() && { search: search.trim() }),
  };
  const choice = choices.find(({ text }) => text === shown);
  // Without a search the live numbers are those of the list.
  const isSearched = filter.search !== undefined;
  const { data, refetch } = useQuery(BatchRowCountDocument, { variables: { id, filter }, skip: !isSearched });
  const askAgain = useRefetch(refetch, REFETCH_MS);
  const members = `${status === "CHECKING"} ${counts.total} ${statuses.length > 0 ? JSON.stringify(counts) : ""}`;
  const before = useRef(members);
  useEffect(() => {
    if (before.current === members) return;
    before.current = members;
    if (isSearched) askAgain();
  }, [members, isSearched, askAgain]);
  const total = isSearched ? data?.batch?.rows.totalCount : (choice?.number(counts) ?? 0);
  return (
    <>
      <div className="filters">
        <fieldset className="segments batch-filter" aria-label="Rows to show">
          {choices
            .filter(({ text, number }) => text === "All" || text === shown || number(counts) > 0)
            .map(({ text, number }) => (
              <button key={text} type="button" aria-pressed={text === shown} onClick={() => setShown(text)}>
                {text} {number(counts)}
              </button>
            ))}
        </fieldset>
        <div className="search batch-search">
          <input
            type="search"
            aria-label="Search the rows"
            placeholder="Title or key"
            maxLength={200}
            value={search}
            onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </div>
      </div>
      {total === undefined ? (
        <Pending what="the rows" error={null} rows={6} onRetry={refetch} />
      ) : total === 0 ? (
        <p className="muted">No such rows.</p>
      ) : (
        <RowTable
          key={JSON.stringify(filter)}
          {...{ id, filter, total, members }}
          isChecked={status !== "CHECKING"}
        />
      )}
    </>
  );
}
