import { useApolloClient } from "@apollo/client/react";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { PathFile } from "./read-dropped.ts";
import { isTable } from "./tables.ts";
import { createUploadList, isUnsent, type UploadList } from "./upload-list.ts";
import { createUploadPort } from "./upload-port.ts";

interface Uploads extends UploadList {
  /** Opens the window for files and addresses. */
  openAdd: (url?: string) => void;
  closeAdd: () => void;
  /** What that window begins with while it is open. */
  asked: { url: string } | null;
  /**
   * Has tables handled, by the newest caller, that are added like files to upload.
   * @returns a function that ends it.
   */
  acceptTables: (accept: AcceptTable) => () => void;
  /** Has the next caller of `acceptTables`, such as another page, handle a table. */
  passTable: AcceptTable;
  /** Adds what was dropped, with its folders. */
  addDropped: (files: readonly PathFile[]) => void;
  /**
   * Has the newest caller handle what is dropped; it returns false for files that it does not handle.
   * @returns a function that ends it.
   */
  acceptDrops: (accept: AcceptDrop) => () => void;
}

type AcceptTable = (file: File) => void;
type AcceptDrop = (files: readonly PathFile[]) => boolean;

const UploadsContext = createContext<Uploads | null>(null);

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (uploads === null) throw new Error("useUploads is used outside of UploadsProvider.");
  return uploads;
}

/** The uploads go on while one walks through the pages. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const client = useApolloClient();
  const list = useMemo(() => createUploadList(createUploadPort(client)), [client]);
  const [asked, setAsked] = useState<{ url: string } | null>(null);
  const openAdd = useCallback((url = "") => setAsked({ url }), []);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (list.items.get().some(isUnsent)) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [list]);
  const closeAdd = useCallback(() => setAsked(null), []);
  const accepting = useRef<readonly AcceptTable[]>([]);
  const passed = useRef<File | null>(null);
  const passTable = useCallback<AcceptTable>((file) => {
    passed.current = file;
  }, []);
  const acceptTables = useCallback((accept: AcceptTable) => {
    accepting.current = [...accepting.current, accept];
    if (passed.current !== null) accept(passed.current);
    passed.current = null;
    return () => void (accepting.current = accepting.current.filter((one) => one !== accept));
  }, []);
  const add = useCallback<UploadList["add"]>(
    (files, target) => {
      const accept = target === undefined ? accepting.current.at(-1) : undefined;
      if (accept === undefined) return list.add(files, target);
      const table = files.find(isTable);
      const media = files.filter((file) => !isTable(file));
      if (table) accept(table);
      if (media.length > 0) list.add(media);
    },
    [list],
  );
  const dropping = useRef<readonly AcceptDrop[]>([]);
  const acceptDrops = useCallback((accept: AcceptDrop) => {
    dropping.current = [...dropping.current, accept];
    return () => void (dropping.current = dropping.current.filter((one) => one !== accept));
  }, []);
  const addDropped = useCallback(
    (files: readonly PathFile[]) => {
      if (dropping.current.at(-1)?.(files)) return;
      add(files.map(({ file }) => file));
    },
    [add],
  );
  const value = useMemo(
    (): Uploads => ({
      ...list,
      ...{ add, addDropped, openAdd, closeAdd, asked, acceptTables, passTable, acceptDrops },
    }),
    [list, add, addDropped, openAdd, closeAdd, asked, acceptTables, passTable, acceptDrops],
  );
  return <UploadsContext value={value}>{children}</UploadsContext>;
}
