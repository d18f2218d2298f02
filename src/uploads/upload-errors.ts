/** `create` was called with a size that is not a positive whole number of bytes. */
export class InvalidUploadSizeError extends Error {
  readonly code = "INVALID_UPLOAD_SIZE";
  constructor(uploadId: string, sizeBytes: number) {
    super(
      `Upload "${uploadId}": sizeBytes must be a whole number of at least 1, not ${sizeBytes}. Pass the file's size.`,
    );
  }
}

/** The answer to a client of the upload protocol; the response's body as JSON. */
export interface UploadRefusal {
  status: number;
  code: string;
  message: string;
}

export const refusals = {
  version: {
    status: 412,
    code: "TUS_VERSION_UNSUPPORTED",
    message: "Uploads speak tus 1.0.0: send the header Tus-Resumable: 1.0.0.",
  },
  checksum: {
    status: 400,
    code: "CHECKSUM_INVALID",
    message:
      "Upload-Checksum must be sha1 or sha256, a space, and the digest of this request's body in base64.",
  },
  checksumMismatch: {
    status: 460,
    code: "CHECKSUM_MISMATCH",
    message:
      "The bytes do not match Upload-Checksum. None of this request's bytes were kept: send them again.",
  },
  offset: {
    status: 409,
    code: "OFFSET_CONFLICT",
    message: "Upload-Offset does not match the upload; request the offset with HEAD.",
  },
  create: {
    status: 405,
    code: "CREATE_VIA_API",
    message:
      "Uploads are not created here: call the mutation createVideo or createMaterial, and send the bytes to the upload.url that it returns.",
  },
  method: {
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    message: "An upload accepts HEAD, PATCH, DELETE and OPTIONS.",
  },
  unknown: {
    status: 404,
    code: "UPLOAD_NOT_FOUND",
    message:
      "There is no upload at this address. Use upload.url exactly as createVideo or createMaterial returned it.",
  },
  expired: {
    status: 410,
    code: "UPLOAD_EXPIRED",
    message:
      "This upload has expired. Create the video or the material again, and upload before the new upload expires.",
  },
  terminated: {
    status: 410,
    code: "UPLOAD_TERMINATED",
    message: "The client terminated this upload. Create the video or the material again.",
  },
  notTaken: {
    status: 503,
    code: "UPLOAD_NOT_TAKEN",
    message:
      "All bytes are stored, but processing could not start. Send HEAD to try again; no bytes need to be sent twice.",
  },
  full: {
    status: 507,
    code: "STORE_FULL",
    message: "The server is out of space. The received bytes are kept: resume later.",
  },
  tooMany: {
    status: 503,
    code: "OVERLOADED",
    message:
      "The server is receiving too many uploads. The received bytes are kept: resume in a few seconds.",
  },
  closing: {
    status: 503,
    code: "SHUTTING_DOWN",
    message: "The server is restarting. The received bytes are kept: resume in a moment.",
  },
} as const satisfies Record<string, UploadRefusal>;

const locked: UploadRefusal = {
  status: 423,
  code: "UPLOAD_LOCKED",
  message: "Another request is writing to this upload; resume in a moment.",
};

/**
 * Converts the tus server's own errors. Statuses on which tus clients retry (409, 423, 5xx) are used if a
 * retry can help.
 */
export function refusalOf(error: { status_code?: number; body?: string; message?: string }): UploadRefusal {
  const detail = (error.body ?? error.message ?? "").trim();
  if (detail === refusals.full.code) return refusals.full;
  if (detail === refusals.notTaken.code) return refusals.notTaken;
  if (/lock/i.test(detail)) return locked;
  switch (error.status_code) {
    case 404:
    case 410:
      // It existed when the request was admitted, and another request has just ended it: the client's next
      // HEAD shows how.
      return locked;
    case 409:
      return refusals.offset;
    case 460:
      return refusals.checksumMismatch;
    case 413:
      return {
        status: 413,
        code: "UPLOAD_TOO_LARGE",
        message: "The upload has more bytes than the sizeBytes passed to createVideo.",
      };
    case 400:
    case 403:
    case 412:
    case 501:
      return { status: error.status_code, code: "INVALID_UPLOAD_REQUEST", message: detail };
    default:
      return { status: 500, code: "INTERNAL", message: "The bytes could not be stored; resume in a moment." };
  }
}
