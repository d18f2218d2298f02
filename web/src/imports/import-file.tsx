import { lazy, Suspense, useEffect, useState } from "react";
import { type ImportedTable, readTableFile } from "./table-file.ts";

const ImportDialog = lazy(() => import("./import-dialog.tsx"));

interface ImportFileProps {
  file: File;
  /** Receives the id of the new set. */
  onImported: (id: string) => void;
  onClose: () => void;
}

/** The import of the questions of one file. */
export function ImportFile({ file, onImported, onClose }: ImportFileProps) {
  const [table, setTable] = useState<ImportedTable | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void readTableFile(file).then((read) => isCurrent && setTable(read));
    return () => {
      isCurrent = false;
    };
  }, [file]);
  if (table === null) return null;
  return (
    <Suspense fallback={null}>
      <ImportDialog key={table.topic} table={table} onImported={onImported} onClose={onClose} />
    </Suspense>
  );
}
