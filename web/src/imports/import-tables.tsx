import { useEffect, useState } from "react";
import { useUploads } from "../uploads/index.ts";
import { ImportFile } from "./import-file.tsx";

interface ImportTablesProps {
  /** Receives the id of the new set. */
  onImported: (id: string) => void;
}

/** Opens the import of questions for tables that are dropped or pasted while this is on the page. */
export function ImportTables({ onImported }: ImportTablesProps) {
  const { acceptTables } = useUploads();
  const [file, setFile] = useState<File | null>(null);
  useEffect(() => acceptTables(setFile), [acceptTables]);
  return file && <ImportFile file={file} onImported={onImported} onClose={() => setFile(null)} />;
}
