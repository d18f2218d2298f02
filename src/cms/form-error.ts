import { ExpectedError } from "../errors/index.ts";

/** A form that was refused. */
export class FormError extends ExpectedError {
  readonly status: number;
  /** The invalid form field, dotted within its metadata: `metadata.title`. Null: the form as a whole. */
  readonly field: string | null;
  constructor(status: number, code: string, field: string | null, message: string) {
    super(code, message);
    this.status = status;
    this.field = field;
  }
}

/** The client's connection broke before the form's end, so no answer is possible. */
export class FormBrokenOffError extends Error {}

export const formErrors = {
  method: () =>
    new FormError(
      405,
      "METHOD_NOT_ALLOWED",
      null,
      "Send the form with POST, as multipart/form-data with the fields file and metadata.",
    ),
  statusMethod: () =>
    new FormError(405, "METHOD_NOT_ALLOWED", null, "Ask for a video's status with GET or HEAD."),
  notAForm: (came: string | undefined) =>
    new FormError(
      415,
      "FORM_EXPECTED",
      null,
      `Content-Type: is ${came === undefined ? "missing" : JSON.stringify(came.slice(0, 100))}; send multipart/form-data with its boundary (browsers, curl -F and FormData do by themselves).`,
    ),
  unreadable: (reason: string) =>
    new FormError(400, "FORM_INVALID", null, `The form cannot be read: ${reason}. Send it again as a whole.`),
  unknownField: (name: string) =>
    new FormError(
      400,
      "FORM_FIELD_UNKNOWN",
      name,
      `${name}: there is no such field; the form has file (the video) and metadata (JSON: title, externalId, metadata, profile, priority, playbackPolicy, idempotencyKey).`,
    ),
  repeatedField: (name: string) =>
    new FormError(
      400,
      "FORM_FIELD_REPEATED",
      name,
      `${name}: came more than once; send one, and each video in a form of its own.`,
    ),
  noFile: () =>
    new FormError(
      400,
      "FILE_MISSING",
      "file",
      "file: is missing; send the video in a field of this name, with its filename (curl -F file=@video.mp4).",
    ),
  fileIsText: () =>
    new FormError(
      400,
      "FILE_INVALID",
      "file",
      "file: came as text, without a filename; send it as a file (curl -F file=@video.mp4, or a File or Blob in FormData).",
    ),
  fileIsEmpty: () =>
    new FormError(400, "FILE_EMPTY", "file", "file: has no bytes; choose a file, and send it again."),
  fileTooLarge: (maxBytes: number) =>
    new FormError(
      413,
      "UPLOAD_TOO_LARGE",
      "file",
      `file: has more than ${maxBytes} bytes, which is the most that this server takes. Send a smaller file or have UPLOAD_MAX_BYTES raised.`,
    ),
  metadata: (message: string, field = "metadata") =>
    new FormError(400, "FORM_METADATA_INVALID", field, `${field}: ${message}`),
  metadataTooLarge: (maxBytes: number) =>
    new FormError(
      413,
      "METADATA_TOO_LARGE",
      "metadata",
      `metadata: has more than ${maxBytes} bytes; keep large data elsewhere and refer to it.`,
    ),
  closing: () =>
    new FormError(
      503,
      "SHUTTING_DOWN",
      null,
      "The server is restarting. Nothing of the form was kept: send it again in a moment.",
    ),
} as const;
