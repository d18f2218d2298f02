/** `create` was asked for an upload of no bytes, or of a size that is no count of bytes. */
export class InvalidUploadSizeError extends Error {
  readonly code = "INVALID_UPLOAD_SIZE";
  constructor(uploadId: string, sizeBytes: number) {
    super(
      `Upload "${uploadId}": sizeBytes must be a whole number of at least 1; ${sizeBytes} came. Give the file's size.`,
    );
  }
}

/** What a client of the upload protocol is told; the body of the response as JSON. */
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
    message: "Upload-Offset is not where the upload stands; ask with HEAD.",
  },
  create: {
    status: 405,
    code: "CREATE_VIA_API",
    message:
      "Uploads are not created here: call the createVideo mutation and send the bytes to the upload.url that it returns.",
  },
  method: {
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    message: "An upload takes HEAD, PATCH, DELETE and OPTIONS.",
  },
  unknown: {
    status: 404,
    code: "UPLOAD_NOT_FOUND",
    message: "There is no upload at this address. Use upload.url exactly as createVideo returned it.",
  },
  expired: {
    status: 410,
    code: "UPLOAD_EXPIRED",
    message: "This upload's time is over. Create the video again and upload within the time it gives.",
  },
  terminated: {
    status: 410,
    code: "UPLOAD_TERMINATED",
    message: "This upload was given up by its client. Create the video again.",
  },
  notTaken: {
    status: 503,
    code: "UPLOAD_NOT_TAKEN",
    message:
      "All bytes are stored, but the upload could not be handed on. Ask again (HEAD): that tries again and nothing is sent twice.",
  },
  full: {
    status: 507,
    code: "STORE_FULL",
    message: "The server has no room left. What arrived is kept: resume once there is room.",
  },
  tooMany: {
    status: 503,
    code: "OVERLOADED",
    message: "The server receives as much as it can just now. What arrived is kept: resume in a few seconds.",
  },
  closing: {
    status: 503,
    code: "SHUTTING_DOWN",
    message: "The server is restarting. What arrived is kept: resume in a moment.",
  },
} as const satisfies Record<string, UploadRefusal>;

const locked: UploadRefusal = {
  status: 423,
  code: "UPLOAD_LOCKED",
  message: "Another request is writing to this upload; resume in a moment.",
};

/** The tus server's own errors, in our words. Statuses that tus clients retry on (409, 423, 5xx) stand for what a retry can mend. */
export function refusalOf(error: { status_code?: number; body?: string; message?: string }): UploadRefusal {
  const detail = (error.body ?? error.message ?? "").trim();
  if (detail === refusals.full.code) return refusals.full;
  if (detail === refusals.notTaken.code) return refusals.notTaken;
  if (/lock/i.test(detail)) return locked;
  switch (error.status_code) {
    case 404:
    case 410:
      // It was there when the request was let in, and another one has just ended it: the client's next HEAD is told how.
      return locked;
    case 409:
      return refusals.offset;
    case 460:
      return refusals.checksumMismatch;
    case 413:
      return {
        status: 413,
        code: "UPLOAD_TOO_LARGE",
        message: "More bytes came than the sizeBytes that createVideo was given.",
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
