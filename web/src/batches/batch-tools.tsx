import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { useLocation } from "wouter";
import {
  type BatchHeadFragment,
  CancelBatchDocument,
  DeleteBatchDocument,
  ExportBatchRowsDocument,
  explain,
  PauseBatchDocument,
  ResumeBatchDocument,
  RetryBatchDocument,
  StartBatchDocument,
} from "../api/index.ts";
import { count } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import {
  CloseIcon,
  Confirm,
  DownloadIcon,
  downloadText,
  PauseIcon,
  PlayIcon,
  RetryIcon,
  TrashIcon,
  useAction,
  useTell,
} from "../ui/index.ts";
import { planTools } from "./plan-tools.ts";
import { ReplaceRows } from "./replace-rows.tsx";

/** Starts, pauses, cancels and deletes a batch, replaces its rows, and exports them. */
export function BatchTools({ batch, hasIssues }: { batch: BatchHeadFragment; hasIssues: boolean }) {
  const { id, title, counts } = batch;
  const { act, isBusy } = useAction();
  const [asked, setAsked] = useState<"cancel" | "delete" | null>(null);
  const [, navigate] = useLocation();
  const canWrite = useSession().can("WRITE");
  const tools = canWrite ? planTools(batch) : [];
  const remove = async () => {
    if (await act(DeleteBatchDocument, { id }, `"${title}" was deleted.`)) navigate(routes.batches);
  };
  // After a replacement, some rows correct their video.
  const start =
    batch.replacement === null
      ? `Make ${count(counts.valid, "video")}`
      : `Start ${count(counts.valid, "row")}`;
  return (
    <div className="page-tools">
      {tools.includes("replace") && <ReplaceRows batch={batch} />}
      <Export id={id} filename={`${title}.csv`} onlyWithIssues={false} />
      {hasIssues && <Export id={id} filename={`${title} issues.csv`} onlyWithIssues />}
      {tools.includes("delete") && (
        <button type="button" className="button" disabled={isBusy} onClick={() => setAsked("delete")}>
          <TrashIcon /> Delete
        </button>
      )}
      {tools.includes("cancel") && (
        <button type="button" className="button" disabled={isBusy} onClick={() => setAsked("cancel")}>
          <CloseIcon /> Cancel
        </button>
      )}
      {tools.includes("retry") && (
        <button
          type="button"
          className="button"
          disabled={isBusy}
          onClick={() => void act(RetryBatchDocument, { id }, "Retrying the failed rows.")}
        >
          <RetryIcon /> Retry failed
        </button>
      )}
      {tools.includes("pause") && (
        <button
          type="button"
          className="button"
          disabled={isBusy}
          onClick={() => void act(PauseBatchDocument, { id }, null)}
        >
          <PauseIcon /> Pause
        </button>
      )}
      {tools.includes("resume") && (
        <button
          type="button"
          className="button primary"
          disabled={isBusy}
          onClick={() => void act(ResumeBatchDocument, { id }, null)}
        >
          <PlayIcon /> Resume
        </button>
      )}
      {tools.includes("start") && (
        <button
          type="button"
          className="button primary"
          disabled={isBusy}
          onClick={() => void act(StartBatchDocument, { id }, null)}
        >
          <PlayIcon /> {batch.status === "CHECKED" ? start : "Start after the check"}
        </button>
      )}
      {asked === "cancel" && (
        <Confirm
          title="Cancel this batch?"
          action="Cancel the batch"
          onConfirm={() => void act(CancelBatchDocument, { id }, "The batch was canceled.")}
          onClose={() => setAsked(null)}
        >
          <p>The jobs of its videos are canceled. Finished videos stay.</p>
        </Confirm>
      )}
      {asked === "delete" && (
        <Confirm
          title="Delete this batch?"
          action="Delete the batch"
          onConfirm={() => void remove()}
          onClose={() => setAsked(null)}
        >
          <p>
            <strong>{title}</strong> will be deleted with its rows. Its videos stay. This can’t be undone.
          </p>
        </Confirm>
      )}
    </div>
  );
}

interface ExportProps {
  id: string;
  filename: string;
  /** Leaves out rows without issues. */
  onlyWithIssues: boolean;
}

/** Downloads rows with a column of their issues, to be corrected and sent again. */
function Export({ id, filename, onlyWithIssues }: ExportProps) {
  const client = useApolloClient();
  const tell = useTell();
  const save = async () => {
    try {
      const { data } = await client.query({
        query: ExportBatchRowsDocument,
        variables: { id, onlyWithIssues },
        fetchPolicy: "network-only",
      });
      if (data?.exportBatchRows == null) throw new Error("The batch was deleted.");
      downloadText(filename, data.exportBatchRows);
    } catch (error) {
      tell(explain(error), "bad");
    }
  };
  return (
    <button type="button" className="button" onClick={() => void save()}>
      <DownloadIcon /> {onlyWithIssues ? "Export rows with issues" : "Export rows"}
    </button>
  );
}
