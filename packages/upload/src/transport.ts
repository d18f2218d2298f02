/** The protocol of an upload URL; the API names it in `upload { protocol }`. */
export type UploadProtocol = "TUS" | "GCS_RESUMABLE";

/** A `File` of a browser, or any `Blob`: Node's `await fs.openAsBlob(path)`. */
export type UploadFile = Blob & { readonly name?: string; readonly lastModified?: number };

/** Sends a file by one protocol. Retries, pauses and speed are handled elsewhere. */
export interface Transport {
  /**
   * Asks for the number of stored bytes, then sends the rest. Resolves when the server has all bytes.
   *
   * @param isFresh nothing was sent to this URL so far, as far as is known: the question may be skipped.
   * @param onOffset receives the number of bytes sent from the file's beginning; more than stored if the
   * connection breaks.
   * @throws UploadError, or the signal's reason.
   */
  send(onOffset: (sentBytes: number) => void, signal: AbortSignal, isFresh: boolean): Promise<void>;
}

export interface TransportOptions {
  url: string;
  chunkBytes: number | undefined;
}
