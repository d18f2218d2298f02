/** The defect of a message that claims to be a webhook. */
export type WebhookErrorCode =
  | "BODY_INVALID"
  | "HEADER_MISSING"
  | "SECRET_INVALID"
  | "SIGNATURE_WRONG"
  | "TIMESTAMP_REFUSED";

/** The message is not trustworthy. With `SECRET_INVALID`, the receiver's settings are wrong. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
  readonly code: WebhookErrorCode;
  constructor(code: WebhookErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
