export interface FetchPolicy {
  /** Milliseconds for the whole transfer. */
  timeoutMs: number;
  /** Hosts and address ranges that are allowed although they are private. */
  allowPrivate: readonly string[];
}
export interface FetchOptions {
  path: string;
  maxBytes: number;
  policy: FetchPolicy;
  signal: AbortSignal;
}
export async function fetchSource(
  _url: string,
  _options: FetchOptions,
): Promise<{ contentType: string | null }> {
  throw new Error("not yet");
}
