import { useApolloClient, useQuery } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { type BatchSourceInput, explain, TemplatesDocument } from "../api/index.ts";
import { Pending, Select, Spinner, UploadIcon, useTell } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { MapColumns } from "./map-columns.tsx";
import { toBatchSource } from "./table-source.ts";

interface Table {
  name: string;
  source: BatchSourceInput;
}

/** Chooses a table and a template, maps its columns, and creates a batch, whose rows are then checked. */
export function NewBatch({ onCreated }: { onCreated: (id: string) => void }) {
  const client = useApolloClient();
  const tell = useTell();
  const { acceptTables } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [table, setTable] = useState<Table | null>(null);
  const [template, setTemplate] = useState("quiz-classic");
  const [isReading, setIsReading] = useState(false);
  const { data, error, refetch } = useQuery(TemplatesDocument);
  useEffect(
    () =>
      acceptTables((file) => {
        setIsReading(true);
        toBatchSource(client, file)
          .then(
            (source) => setTable({ name: file.name.replace(/\.[^.]+$/, ""), source }),
            (reason: unknown) => tell(`${file.name}: ${explain(reason)}`, "bad"),
          )
          .finally(() => setIsReading(false));
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
      {isReading && <Spinner label="Reading the table" />}
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
