import { type ServerUnaryCall, type sendUnaryData, status, type UntypedHandleCall } from "@grpc/grpc-js";

/** A refusal with its gRPC status. The client receives its text unchanged. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly code: status;
  /** The status message that grpc-js sends. */
  readonly details: string;

  constructor(code: status, details: string) {
    super(details);
    this.code = code;
    this.details = details;
  }
}

export const notFound = (what: string): StatusError =>
  new StatusError(status.NOT_FOUND, `Resource not found (resource=${what}).`);

export const alreadyExists = (what: string): StatusError =>
  new StatusError(status.ALREADY_EXISTS, `Resource already exists in the project (resource=${what}).`);

export const invalid = (details: string): StatusError => new StatusError(status.INVALID_ARGUMENT, details);

export const unsupported = (feature: string): StatusError =>
  new StatusError(
    status.UNIMPLEMENTED,
    `The embedded broker does not support ${feature}: set PUBSUB_EMULATOR_HOST to Google's emulator, or use Google Cloud Pub/Sub.`,
  );

type Answer<Request, Response> = (
  request: Request,
  call: ServerUnaryCall<Request, Response>,
) => Response | Promise<Response>;

/** Creates a gRPC handler from a function. Exceptions become the call's status. */
export const unary =
  <Request, Response>(answer: Answer<Request, Response>): UntypedHandleCall =>
  (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    void respond(answer, call, callback);
  };

async function respond<Request, Response>(
  answer: Answer<Request, Response>,
  call: ServerUnaryCall<Request, Response>,
  callback: sendUnaryData<Response>,
): Promise<void> {
  let response: Response;
  try {
    response = await answer(call.request, call);
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  callback(null, response);
}
