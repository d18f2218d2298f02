import type { handleUnaryCall, ServerUnaryCall, UntypedHandleCall } from "@grpc/grpc-js";

/** A gRPC handler from a function: what it throws becomes the call's status. */
export function unary<Request, Response>(
  answer: (request: Request, call: ServerUnaryCall<Request, Response>) => Response | Promise<Response>,
): UntypedHandleCall {
  const handler: handleUnaryCall<Request, Response> = async (call, callback) => {
    let response: Response;
    try {
      response = await answer(call.request, call);
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    callback(null, response);
  };
  return handler as UntypedHandleCall;
}
