import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { Link, useLocation, useSearch } from "wouter";
import { BatchesDocument, type BatchHeadFragment } from "../api/index.ts";
import { batchWords, count, percentOf } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Bar, Empty, More, Pending } from "../ui/index.ts";
import "./batches.css";
import { NewBatch } from "./new-batch.tsx";
import { isBatchMoving } from "./plan-tools.ts";

const PAGE = 30;
/** Polling interval in milliseconds while a batch moves; the page of one has a subscription. */
const POLL_MS = 2_000;

/** The workspace's batches, and the way to another one: `?set=ID&topic=…` makes one of a question set. */
export default function BatchesPage() {
  const [, navigate] = useLocation();
  const params = new URLSearchParams(useSearch());
  const setId = params.get("set");
  const set = setId === null ? null : { id: setId, topic: params.get("topic") ?? "" };
  const canWrite = useSession().can("WRITE");
  const { data, error, loading, refetch, fetchMore, startPolling, stopPolling } = useQuery(BatchesDocument, {
    variables: { first: PAGE, after: null },
  });
  const batches = data?.batches.edges.map(({ node }) => node);
  const isMoving = batches?.some(({ status }) => isBatchMoving(status)) ?? false;
  useEffect(() => {
    if (isMoving) startPolling(POLL_MS);
    else stopPolling();
  }, [isMoving, startPolling, stopPolling]);
  return (
    <>
      <title>Batches · Reelay</title>
      <div className="page-head">
        <h1>Batches</h1>
      </div>
      <p className="muted">
        A batch makes a video of each row of a table. All rows are checked before anything is drawn.
      </p>
      {canWrite && <NewBatch key={setId} set={set} onCreated={(id) => navigate(routes.batch(id))} />}
      {!batches ? (
        <Pending what="the batches" error={error} rows={4} onRetry={refetch} />
      ) : batches.length === 0 ? (
        <Empty title="No batches yet">
          <p>Drop a CSV or an Excel workbook on this page.</p>
        </Empty>
      ) : (
        <>
          <ul className="lines card" aria-label="Batches">
            {batches.map((batch) => (
              <BatchLine key={batch.id} batch={batch} />
            ))}
          </ul>
          <More page={data?.batches.pageInfo} isLoading={loading} fetchMore={fetchMore} />
        </>
      )}
    </>
  );
}

function BatchLine({ batch }: { batch: BatchHeadFragment }) {
  const { id, title, status, template, counts, progress, createdAt } = batch;
  return (
    <li className="batch-line">
      <span>
        <Link href={routes.batch(id)}>{title}</Link>
      </span>
      <Badge word={batchWords[status]} />
      <span className="muted">
        {count(counts.total, "row")}
        {counts.ready > 0 && `, ${counts.ready} ready`}
      </span>
      <span className="muted">{template.name}</span>
      {status === "RUNNING" ? (
        <span className="progress">
          <Bar fraction={progress} label={`Progress of ${title}`} />
          <span className="numbers">{percentOf(progress)} %</span>
        </span>
      ) : (
        <span className="muted">
          <Ago at={createdAt} />
        </span>
      )}
    </li>
  );
}
