/** A request that is refused. Its message is the whole answer, without a code. */
export class RestError extends Error {
  /** Of the answer. */
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const restErrors = {
  field: (name: string, problem: string) => new RestError(400, `${name}: ${problem}`),
  method: () => new RestError(405, "Send the script with POST, as JSON."),
  documentsOnly: () =>
    new RestError(
      403,
      "This key may send only the documents that its workspace registered. Use a key without trustedDocumentsOnly.",
    ),
  keyEnded: (statusUrl: string) =>
    new RestError(
      401,
      `The API key was revoked or has expired; the video is still being made. Its status is at ${statusUrl}. To wait for it, send the request with a valid key and the same idempotencyKey.`,
    ),
  closing: (statusUrl: string) =>
    new RestError(
      503,
      `The server is restarting; the video is still being made. Its status is at ${statusUrl}. A request with the same idempotencyKey continues to wait for it.`,
    ),
} as const;
