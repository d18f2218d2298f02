import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSchema, type ExecutionArgs, execute, GraphQLError, parse, subscribe, validate } from "graphql";
import type { ServerOptions } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { ExpectedError } from "../../errors/errors.ts";
import type { LiveProgress, VideoSnapshot } from "../live-progress.ts";
import type { SharedExecutionHooks } from "../shared-execution.ts";

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Subscription { videoProgress(id: ID!, after: String): Video }
  type Video { id: ID! title: String! status: String! progress: Float! cursor: String! variants: [Variant!]! }
  type Variant { id: ID! name: String! status: String! fraction: Float! fps: Float speed: Float etaMs: Int }
`);

/** The least GraphQL server that has the subscription: for what is said about live progress alone. */
export async function startLiveServer(live: LiveProgress, hooks?: SharedExecutionHooks) {
  const counts = { executions: 0, open: 0, snapshots: 0 };

  const fields = schema.getSubscriptionType()?.getFields();
  const field = fields?.["videoProgress"];
  if (field === undefined) throw new Error("the schema lost videoProgress");
  field.subscribe = async (_root, args: { id: string; after?: string | null }, context: Context) => {
    counts.executions += 1;
    const target = { workspaceId: context.workspaceId, videoId: args.id, after: args.after ?? null };
    try {
      const stop = new AbortController();
      const stream = await live.watch(target, stop.signal);
      counts.open += 1;
      return closing(stream, () => {
        counts.open -= 1;
        stop.abort();
      });
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      throw new GraphQLError(error.message, { extensions: { code: error.code } });
    }
  };
  field.resolve = (snapshot: VideoSnapshot) => {
    counts.snapshots += 1;
    const all = snapshot.variants;
    return { ...snapshot, progress: all.reduce((sum, each) => sum + each.fraction, 0) / all.length };
  };

  const options: ServerOptions<Record<string, unknown>, Extra> = {
    onSubscribe: (ctx, id, params) => {
      hooks?.onSubscribe(ctx, id, params);
      const { query, operationName, variables } = params;
      const document = parse(query);
      const errors = validate(schema, document);
      if (errors.length > 0) return errors;
      const contextValue: Context = { workspaceId: String(ctx.connectionParams?.["workspaceId"]), params };
      const args: ExecutionArgs = { schema, document, contextValue, rootValue: { subscribe } };
      return { ...args, operationName: operationName ?? null, variableValues: variables ?? null };
    },
    execute: (args) => execute(args),
    onError: (_ctx, _id, _payload, errors) =>
      (hooks?.errorsOf(errors) ?? errors).map((error) => error.toJSON()),
    subscribe: hooks === undefined ? subscribe : (args) => hooks.subscribe(args),
  };
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: "/graphql" });
  const served = useServer(options, sockets);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    counts,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      await served.dispose();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** What `viewerKey` is given by this server. */
export interface Context {
  workspaceId: string;
  params: unknown;
}

/** A stream that tells when its reader is done with it. */
function closing<T>(stream: AsyncIterable<T>, close: () => void): AsyncIterableIterator<T> {
  const iterator = stream[Symbol.asyncIterator]();
  let isClosed = false;
  const closeOnce = () => {
    if (!isClosed) close();
    isClosed = true;
  };
  return {
    async next() {
      const result = await iterator.next();
      if (result.done === true) closeOnce();
      return result;
    },
    async return() {
      closeOnce();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
