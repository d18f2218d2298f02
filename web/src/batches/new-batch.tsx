import { useApolloClient, useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { type BatchSourceInput, explain, TemplatesDocument } from "../api/index.ts";
import { percentOf } from "../format/index.ts";
import { Bar, Pending, Select, UploadIcon, useTell } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { MapColumns } from "./map-columns.tsx";
import { toBatchSource } from "./table-source.ts";

interface Table {
  name: string;
  source: BatchSourceInput;
}

interface NewBatchProps {
  /** A question set whose questions are the rows, with its topic; null: a table is chosen. */
  set: { id: string; topic: string } | null;
  onCreated: (id: string) => void;
}

/** Chooses a table and a template, maps its columns, and creates a batch, whose rows are then checked. */
export function NewBatch({ set, onCreated }: NewBatchProps) {
  const client = useApolloClient();
  const tell = useTell();
  const { acceptTables } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [table, setTable] = useState<Table | null>(
    set && { name: set.topic, source: { questionSet: set.id } },
  );
  const [template, setTemplate] = useState("quiz-classic");
  /** Sent fraction of a table that is read; null: none is. */
  const [sent, setSent] = useState<number | null>(null);
  const { data, error, refetch } = useQuery(TemplatesDocument);
  useEffect(
    () =>
      acceptTables((file) => {
        setSent(0);
        toBatchSource(client, file, setSent)
          .then(
            (source) => setTable({ name: file.name.replace(/\.[^.]+$/, ""), source }),
            (reason: unknown) => tell(`${file.name}: ${explain(reason)}`, "bad"),
          )
          .finally(() => setSent(null));
      }),
    [acceptTables, client, tell],
  );
  const { add } = useUploads();
  if (!data) return <Pending what="the templates" error={error} rows={2} onRetry={refetch} />;
  return (
    <section className="card stack" aria-label="New batch">
      <h2>{table === null ? "New batch" : `New batch: ${table.name || "pasted rows"}`}</h2>
      <div className="field-row new-batch">
        <Select
          label="Template"
          value={template}
          options={data.templates.map(({ name, title }) => ({ value: name, text: `${title} (${name})` }))}
          onText={setTemplate}
        />
        <button type="button" className="button" onClick={() => input.current?.click()}>
          <UploadIcon /> {table === null ? "Choose a table" : "Another table"}
        </button>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.json,.xlsx"
          hidden
          aria-label="Table for the batch"
          onChange={({ currentTarget }) => {
            add([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
      </div>
      {sent !== null && (
        <div className="batch-sending" role="status">
          <span className="muted">
            {sent === 0 || sent === 1 ? "Reading the table" : `Sending the table: ${percentOf(sent)} %`}
          </span>
          <Bar fraction={sent} label="Sent of the table" />
        </div>
      )}
      {table === null ? (
        <p className="muted">
          Drop or paste a table here: CSV, an Excel workbook (.xlsx), or a list of objects in JSON. Its first
          line names the columns.
        </p>
      ) : (
        <MapColumns
          key={`${template} ${table.name}`}
          {...{ template, source: table.source, name: table.name }}
          onCreated={onCreated}
          onCancel={() => setTable(null)}
        />
      )}
    </section>
  );
}
