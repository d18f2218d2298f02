import { ExpectedError } from "../errors/index.ts";

/** A body that is not read to its end; `status` is the answer's. */
export class BodyRefusedError extends ExpectedError {
  readonly status: number;
  constructor(status: number, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

export const bodyErrors = {
  tooSlow: (deadlineMs: number) =>
    new BodyRefusedError(
      408,
      "BODY_TOO_SLOW",
      `The request's body did not arrive within ${deadlineMs / 1_000} s. Nothing was changed: send it again over a better connection.`,
    ),
  tooLarge: (maxBytes: number) =>
    new BodyRefusedError(
      413,
      "BODY_TOO_LARGE",
      `The request's body has more than ${maxBytes} bytes. Send large files as an upload.`,
    ),
} as const;

/** The client left before its body had ended; no answer can reach it. */
export class BodyBrokenOffError extends Error {}
