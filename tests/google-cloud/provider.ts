/** What the stand-ins of Google's services share. */

/** An answer of `google.rpc.Status`, or of Compute Engine with its `errors`. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, name: string, message: string, more: object = {}) {
    super(message);
    this.status = status;
    this.body = { error: { code: status, status: name, message, ...more } };
  }
}

export const notFound = (what: string) => new Refusal(404, "NOT_FOUND", `Resource '${what}' was not found`);

export const alreadyExists = (what: string) =>
  new Refusal(409, "ALREADY_EXISTS", `Resource '${what}' already exists`);

export interface Call {
  /** Parts of the path and parameters of the query, by their names in the discovery document. */
  at: Readonly<Record<string, string>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- it has been checked against the discovery document
  body: any;
}

/** Methods by their ids in the discovery document, without the name of the API. */
export interface Provider {
  methods: Readonly<Record<string, { permission: string; answer: (call: Call) => object }>>;
}

/** A page of two at most: a service may return fewer than a client asks for. */
export function pageOf(items: readonly unknown[], { at }: Call, member: string): object {
  const size = Math.min(2, Number(at["pageSize"] ?? at["maxResults"] ?? 2));
  const start = Number(at["pageToken"] ?? 0);
  const end = start + size;
  return {
    [member]: items.slice(start, end),
    ...(end < items.length && { nextPageToken: String(end) }),
  };
}
