/** How an upload's address is spoken to; the API says which, in `upload { protocol }`. */
export type UploadProtocol = "TUS" | "GCS_RESUMABLE";

/** A `File` of a browser, or any `Blob`: Node's `await fs.openAsBlob(path)`. */
export type UploadFile = Blob & { readonly name?: string; readonly lastModified?: number };

/** One protocol's way to bring a file to an address. Knows nothing of retries, pauses and speed. */
export interface Transport {
  /**
   * Asks how much the server has, then sends the rest. Resolves when the server has all.
   *
   * @param isFresh nothing was ever sent to this address, as far as is known: the question may be left out.
   * @param onOffset told how many bytes from the file's beginning are sent; more than the server keeps if the connection breaks.
   * @throws UploadError, or the signal's reason.
   */
  send(onOffset: (sentBytes: number) => void, signal: AbortSignal, isFresh: boolean): Promise<void>;
}

export interface TransportOptions {
  url: string;
  chunkBytes: number | undefined;
}
