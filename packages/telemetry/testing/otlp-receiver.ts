import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span from OTLP's JSON, with flattened attributes. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  /** 2 is an error. */
  statusCode: number;
  scope: string;
  service: string;
  attributes: Record<string, unknown>;
}

interface Value {
  stringValue?: string;
  intValue?: number | string;
  arrayValue?: { values: Value[] };
}
interface Attribute {
  key: string;
  value: Value;
}
interface Body {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      scope: { name: string };
      spans: (Omit<ReceivedSpan, "attributes" | "statusCode" | "scope" | "service"> & {
        attributes: Attribute[];
        status: { code?: number };
      })[];
    }[];
  }[];
}

/** A collector that accepts OTLP over HTTP in JSON and keeps the spans. */
export async function startOtlpReceiver(): Promise<AsyncDisposable & { url: string; spans: ReceivedSpan[] }> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      spans.push(...toSpans(JSON.parse(Buffer.concat(chunks).toString()) as Body));
      response.setHeader("Content-Type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`,
    spans,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const toSpans = (body: Body): ReceivedSpan[] =>
  body.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map(({ attributes, status, parentSpanId, ...span }) => ({
        ...span,
        parentSpanId: parentSpanId || undefined,
        statusCode: status.code ?? 0,
        scope: scope.name,
        service: String(flat(resource.attributes)["service.name"]),
        attributes: flat(attributes),
      })),
    ),
  );

const flat = (attributes: Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

const plain = (value: Value): unknown =>
  value.arrayValue?.values.map(plain) ??
  value.stringValue ??
  (value.intValue === undefined ? value : Number(value.intValue));
