import { useApolloClient } from "@apollo/client/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { createUploadList, isUnsent, type UploadList } from "./upload-list.ts";
import { createUploadPort } from "./upload-port.ts";

interface Uploads extends UploadList {
  /** Opens the window for files and addresses. */
  openAdd: (url?: string) => void;
  closeAdd: () => void;
  /** What that window begins with while it is open. */
  asked: { url: string } | null;
}

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
  const value = useMemo(
    (): Uploads => ({ ...list, openAdd, closeAdd, asked }),
    [list, openAdd, closeAdd, asked],
  );
  return <UploadsContext value={value}>{children}</UploadsContext>;
}
