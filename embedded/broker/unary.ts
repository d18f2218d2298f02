import type { ServerUnaryCall, sendUnaryData, UntypedHandleCall } from "@grpc/grpc-js";

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
