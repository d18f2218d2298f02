/**
 * Google's APIs for tests, on one address, with a metadata server that gives tokens. Requests and answers are
 * checked against the discovery documents, with closed schemas. What no such check shows: quotas, images,
 * rights as Google evaluates them, starts.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type Api, type Route, readRoutes } from "./discovery.ts";
import { notFound, type Provider, Refusal } from "./provider.ts";
import { serveBatch, serveCompute, serveRun, serveVertex, type Trouble } from "./providers.ts";

const services = { run: serveRun, batch: serveBatch, aiplatform: serveVertex, compute: serveCompute };

const known: Partial<Record<Api, Promise<Route[]>>> = {};

export interface GoogleCloud extends AsyncDisposable {
  url: string;
  token: string;
  /** Jobs or instances by their full names, as Google would return them. They may be changed. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as the discovery documents describe them
  resources: Map<string, any>;
  trouble: Trouble;
  /** Permissions of the account. `null`: all. */
  permissions: Set<string> | null;
  /** Permissions that requests needed so far. */
  used: Set<string>;
}

/** Its metadata server becomes the one that this process asks for tokens. */
export async function startGoogleCloud(api: Api): Promise<GoogleCloud> {
  const token = "ya29.token-of-the-service-account";
  const resources: GoogleCloud["resources"] = new Map();
  const trouble: Trouble = { refusal: null, operation: null, event: null };
  const { methods }: Provider = services[api](resources, trouble);
  const ids = new Set(Object.keys(methods).map((id) => `${api}.${id}`));
  const routes = await (known[api] ??= readRoutes(api, ids));
  if (routes.length !== ids.size) throw new Error(`The discovery document of ${api} lacks a method.`);
  const used = new Set<string>();

  function serve(route: Route, at: Record<string, string>, body: unknown): object {
    const method = methods[route.id.slice(api.length + 1)];
    if (method === undefined) throw notFound(route.id);
    const { permission, answer } = method;
    for (const needed of permission.split(" ")) {
      used.add(needed);
      if (cloud.permissions?.has(needed) === false)
        throw new Refusal(403, "PERMISSION_DENIED", `Permission '${needed}' denied`);
    }
    const { request } = route;
    if (request === undefined ? body !== undefined : !request(body))
      throw new Refusal(400, "INVALID_ARGUMENT", `Invalid JSON payload: ${JSON.stringify(request?.errors)}`);
    const answered = answer({ at, body });
    if (!route.response(answered))
      throw new Error(`The answer is none of ${route.id}: ${JSON.stringify(route.response.errors)}`);
    return answered;
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: object, headers: Record<string, string> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(JSON.stringify(body));
    try {
      const { pathname, searchParams } = new URL(message.url ?? "", "http://google.test");
      if (pathname.startsWith("/computeMetadata/")) {
        const answer = { access_token: token, expires_in: 3_600, token_type: "Bearer" };
        send(200, answer, { "metadata-flavor": "Google" });
        return;
      }
      const body = message.headers["content-type"] === undefined ? undefined : await json(message);
      if (message.headers.authorization !== `Bearer ${token}`)
        throw new Refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
      const route = routes.find(
        ({ httpMethod, path }) => httpMethod === message.method && path.test(pathname),
      );
      if (route === undefined) throw notFound(pathname);
      const query = Object.fromEntries(searchParams);
      const unknown = Object.keys(query).find((name) => !(name in route.query));
      if (unknown !== undefined)
        throw new Refusal(400, "INVALID_ARGUMENT", `Unknown name "${unknown}": Cannot bind query parameter.`);
      const at = { ...route.path.exec(pathname)?.groups, ...query };
      send(200, serve(route, at, body));
    } catch (error) {
      if (error instanceof Refusal) send(error.status, error.body);
      else send(500, { error: { code: 500, status: "INTERNAL", message: String(error) } });
    }
  }

  const server = createServer((message, response) => void handle(message, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  process.env["GCE_METADATA_HOST"] = `127.0.0.1:${port}`;
  process.env["METADATA_SERVER_DETECTION"] = "assume-present";
  const cloud: GoogleCloud = {
    ...{ url: `http://127.0.0.1:${port}`, token },
    ...{ resources, trouble, permissions: null, used },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cloud;
}
