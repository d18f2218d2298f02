import { lazy, Suspense, useEffect, useState } from "react";
import { useTell } from "../ui/index.ts";
import { useUploads } from "../uploads/index.ts";
import { readTableFile, type TableText } from "./table-file.ts";

const ImportDialog = lazy(() => import("./import-dialog.tsx"));

interface ImportTablesProps {
  /** Receives the id of the new set. */
  onImported: (id: string) => void;
}

/** Opens the import of questions for tables that are dropped or pasted while this is on the page. */
export function ImportTables({ onImported }: ImportTablesProps) {
  const { acceptTables } = useUploads();
  const tell = useTell();
  const [table, setTable] = useState<TableText | null>(null);
  useEffect(
    () =>
      acceptTables((file) => {
        readTableFile(file).then(setTable, (error: Error) => tell(error.message, "bad"));
      }),
    [acceptTables, tell],
  );
  if (table === null) return null;
  return (
    <Suspense fallback={null}>
      <ImportDialog table={table} onImported={onImported} onClose={() => setTable(null)} />
    </Suspense>
  );
}
