import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { type BatchHeadFragment, explain, ReplaceBatchRowsDocument } from "../api/index.ts";
import { Bar, Check, FormDialog, UploadIcon, useAction } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { toBatchSource } from "./table-source.ts";

/** Gives a batch the rows of a table that is dropped or pasted on the page, or chosen. */
export function ReplaceRows({ batch }: { batch: BatchHeadFragment }) {
  const { acceptTables, add } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  useEffect(() => acceptTables(setFile), [acceptTables]);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        <UploadIcon /> Replace rows
      </button>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.json,.xlsx"
        hidden
        aria-label="Table that replaces the rows"
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
      {file && <ReplaceDialog batch={batch} file={file} onClose={() => setFile(null)} />}
    </>
  );
}

interface ReplaceDialogProps {
  batch: BatchHeadFragment;
  file: File;
  onClose: () => void;
}

function ReplaceDialog({ batch: { id, groupBy, keyColumn }, file, onClose }: ReplaceDialogProps) {
  const client = useApolloClient();
  const { act } = useAction();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [sent, setSent] = useState(0);
  const [deleteMissing, setDeleteMissing] = useState(false);
  const key = groupBy ?? keyColumn;
  const send = async () => {
    setIsBusy(true);
    setProblem(null);
    try {
      const source = await toBatchSource(client, file, setSent);
      if (await act(ReplaceBatchRowsDocument, { input: { id, source, deleteMissing } }, null, setProblem))
        onClose();
    } catch (error) {
      setProblem(explain(error));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <FormDialog
      title="Replace the rows?"
      action="Check and compare"
      isDisabled={isBusy}
      onSubmit={send}
      onClose={onClose}
    >
      <p>
        The rows of <strong>{file.name || "the pasted table"}</strong> are checked, and compared with those of
        the batch by {key === null ? "their contents" : <code>{key}</code>}. You see what changes before any
        video is made.
      </p>
      <p className="muted">
        Equal rows keep their videos, and corrected ones get a new edition at the same address.
        {key === null &&
          " The batch has no column that identifies its rows: a corrected row counts as a new one."}
      </p>
      <Check
        isOn={deleteMissing}
        hint="When the rows have been compared. This can’t be undone."
        onCheck={setDeleteMissing}
      >
        Delete missing rows with their videos
      </Check>
      {isBusy && sent > 0 && <Bar fraction={sent} label="Sent of the table" />}
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
    </FormDialog>
  );
}
