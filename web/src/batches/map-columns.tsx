import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { type BatchSourceInput, CreateBatchDocument, PreviewBatchDocument } from "../api/index.ts";
import { count } from "../format/index.ts";
import { CheckIcon, Pending, Select, TextField, useAction } from "../ui/index.ts";

interface MapColumnsProps {
  template: string;
  source: BatchSourceInput;
  name: string;
  onCreated: (id: string) => void;
  onCancel: () => void;
}

/** What each column of a table is used for, and how its rows become videos. */
export function MapColumns({ template, source, name, onCreated, onCancel }: MapColumnsProps) {
  const { act, isBusy } = useAction();
  const [title, setTitle] = useState(name);
  /** Chosen fields by the names of their columns. */
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [groupBy, setGroupBy] = useState("");
  const [keyColumn, setKeyColumn] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  // A repeat after a lost answer must not create a second batch.
  const [idempotencyKey, setIdempotencyKey] = useState(() => crypto.randomUUID());
  const input = {
    ...{ template, source },
    columns: Object.entries(chosen).map(([column, field]) => ({ column, field })),
    ...(groupBy && { groupBy }),
    ...(keyColumn && !groupBy && { keyColumn }),
  };
  const { data, previousData, error, refetch } = useQuery(PreviewBatchDocument, {
    variables: { input },
    fetchPolicy: "no-cache",
  });
  const preview = (data ?? previousData)?.previewBatch;
  if (!preview) return <Pending what="the table" error={error} rows={4} onRetry={refetch} />;
  const edit = (change: () => void) => {
    change();
    setProblem(null);
    setIdempotencyKey(crypto.randomUUID());
  };
  const create = async () => {
    const variables = { input: { ...input, ...(title.trim() && { title: title.trim() }), idempotencyKey } };
    const created = await act(CreateBatchDocument, variables, null, setProblem);
    if (created?.createBatch.__typename === "Batch") onCreated(created.createBatch.id);
  };
  const { columns, fields, missing, canGroup, lines } = preview;
  const columnOptions = columns.map((column) => ({ value: column.name, text: column.name }));
  return (
    <form
      className="stack"
      aria-label="Columns"
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <div className="batch-settings">
        <TextField
          label="Title of the batch"
          value={title}
          placeholder={template}
          onText={(text) => edit(() => setTitle(text))}
        />
        {canGroup && (
          <Select
            label="One video for each"
            value={groupBy}
            options={[{ value: "", text: "row" }, ...columnOptions]}
            onText={(value) => edit(() => setGroupBy(value))}
          />
        )}
        {groupBy === "" && (
          <Select
            label="Column that identifies rows"
            value={keyColumn}
            options={[{ value: "", text: "None" }, ...columnOptions]}
            onText={(value) => edit(() => setKeyColumn(value))}
          />
        )}
      </div>
      <ul className="column-list" aria-label="Columns of the table">
        {columns.map((column) => {
          const { name: columnName, field, suggestion, samples } = column;
          const unused = field === null ? [{ value: "", text: "Not used" }] : [];
          return (
            <li key={columnName}>
              <div>
                <strong>{columnName}</strong>
                <p className="muted small">{samples.join(" · ")}</p>
              </div>
              <Select
                label={`Field of ${columnName}`}
                hint={suggestion === null ? null : `Similar: ${suggestion}`}
                value={chosen[columnName] ?? field ?? ""}
                options={[
                  ...unused,
                  ...fields.map((one) => ({
                    value: one.name,
                    text: `${one.name}${one.isRequired ? " (required)" : ""}`,
                  })),
                ]}
                onText={(value) => edit(() => setChosen((now) => withColumn(now, columnName, value)))}
              />
            </li>
          );
        })}
      </ul>
      {missing.length > 0 && (
        <p className="notice bad" role="alert">
          No column for {missing.join(", ")}. Choose one above, or add it to the table.
        </p>
      )}
      {problem !== null && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      <div className="dialog-foot">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={isBusy || missing.length > 0}>
          <CheckIcon /> Check {count(lines, "row")}
        </button>
      </div>
    </form>
  );
}

/** A field belongs to one column. */
function withColumn(
  chosen: Readonly<Record<string, string>>,
  column: string,
  field: string,
): Readonly<Record<string, string>> {
  const others = Object.entries(chosen).filter(([name, value]) => name !== column && value !== field);
  return { ...Object.fromEntries(others), ...(field && { [column]: field }) };
}
