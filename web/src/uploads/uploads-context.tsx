import type { ApolloClient } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { CreateVideoDocument, type CreateVideoInput, DeleteVideoDocument } from "../api/documents.ts";
import { explain, refusal } from "../api/explain.ts";
import { titleOf } from "./read-urls.ts";
import { upload } from "./upload.ts";
import { createUploadList, isUnsent, type UploadList } from "./upload-list.ts";

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
  const list = useMemo(
    () =>
      createUploadList({
        async create(file, idempotencyKey) {
          const { name: filename, size: sizeBytes, type } = file;
          const source = { upload: { filename, sizeBytes, ...(type && { contentType: type }) } };
          const video = await createVideo(client, { title: titleOf(filename), source, idempotencyKey });
          if (!video.upload) throw new Error("The API awaits no upload for this video any more.");
          return { videoId: video.id, ...video.upload };
        },
        send: upload,
        async remove(id) {
          await client.mutate({ mutation: DeleteVideoDocument, variables: { id } }).catch(() => undefined);
        },
      }),
    [client],
  );
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

/** @throws an error with the API's sentence when it is refused. */
export async function createVideo(client: ApolloClient, input: CreateVideoInput) {
  const { data } = await client
    .mutate({ mutation: CreateVideoDocument, variables: { input } })
    .catch((error: unknown) => Promise.reject(new Error(explain(error), { cause: error })));
  const result = data?.createVideo;
  const refused = refusal(result);
  if (refused !== null || result?.__typename !== "Video")
    throw new Error(refused ?? "The API gave no answer.");
  return result;
}
