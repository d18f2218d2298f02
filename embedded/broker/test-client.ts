import { type Client, credentials, Metadata, makeGenericClientConstructor } from "@grpc/grpc-js";
import { loadServices } from "./proto.ts";

type Service = ReturnType<typeof loadServices>["publisher"];

/** A bare gRPC client for tests: no retries, no batching, no leases. */
export function createTestClient(address: string): Disposable & {
  call<Response>(method: string, request: object): Promise<Response>;
  stream(method: string): ReturnType<Client["makeBidiStreamRequest"]>;
} {
  const { publisher, subscriber } = loadServices();
  const definition = (method: string): Service[string] => {
    const found = publisher[method] ?? subscriber[method];
    if (found === undefined) throw new Error(`google.pubsub.v1 has no method ${method}.`);
    return found;
  };
  const Generic = makeGenericClientConstructor(publisher, "google.pubsub.v1");
  const client = new Generic(address, credentials.createInsecure());
  return {
    call: <Response>(method: string, request: object) => {
      const { path, requestSerialize, responseDeserialize } = definition(method);
      const { promise, resolve, reject } = Promise.withResolvers<Response>();
      client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + 10_000 },
        (error, response) => (error === null ? resolve(response as Response) : reject(error)),
      );
      return promise;
    },
    stream: (method) => {
      const { path, requestSerialize, responseDeserialize } = definition(method);
      return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    },
    [Symbol.dispose]: () => client.close(),
  };
}
