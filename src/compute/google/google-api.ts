/** Requests to Google's APIs over REST, with the application default credentials. */
import { toSentence } from "@reelay/process";
import { GoogleAuth } from "google-auth-library";
import { z } from "zod";
import { askProvider, givenUp, parseAnswer } from "../ask-provider.ts";
import { LaunchError } from "../launch-error.ts";
import { explainGoogleError } from "./explain-google-error.ts";

/** Pages of a list. */
const MAX_PAGES = 100;

interface GoogleRequest {
  method: "GET" | "POST" | "DELETE";
  /** Below the API's address, e.g. `/v2/projects/…`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
  /** Values of the body that no error may show. */
  secrets?: readonly string[];
}

export interface GoogleApi {
  /**
   * The answer as the schema describes it; undefined if the status is in `allowed`. Throws `LaunchError`: a
   * refusal as Google explains it, `CREDENTIALS` without credentials, and `UNAVAILABLE` if nothing comes in
   * time, or something else.
   */
  ask<Schema extends z.ZodType>(
    request: GoogleRequest,
    schema: Schema,
    signal: AbortSignal,
    allowed?: readonly number[],
  ): Promise<z.output<Schema> | undefined>;
  /** All pages of a list, whose items are in the member `items`. Throws like `ask`. */
  list<Item>(
    request: { path: string; query?: Readonly<Record<string, string>>; items: string },
    schema: z.ZodType<Item>,
    signal: AbortSignal,
  ): Promise<Item[]>;
  /** The error that an answer contains in spite of its status, e.g. that of an operation. */
  refuse(what: string, failure: unknown): LaunchError;
}

export function openGoogleApi(
  kind: string,
  address: string,
  { endpoint = address, timeoutSeconds }: { endpoint?: string | undefined; timeoutSeconds: number },
): GoogleApi {
  const base = endpoint.replace(/\/$/, "");
  const auth = new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });

  /** The newest token, which the error of an operation may quote as well. */
  let known = "";

  async function readToken(signal: AbortSignal): Promise<string> {
    const what = `${kind}: the application default credentials`;
    if (signal.aborted) throw givenUp(what);
    const aborted = Promise.withResolvers<never>();
    const stop = () => aborted.reject(givenUp(what));
    signal.addEventListener("abort", stop, { once: true });
    try {
      const token = await Promise.race([auth.getAccessToken(), aborted.promise]);
      if (!token) throw new Error("They give no token");
      return (known = token);
    } catch (error) {
      if (error instanceof LaunchError) throw error;
      throw new LaunchError("CREDENTIALS", `${what} give the API no token`, {
        said: toSentence(error),
        remedy:
          "Attach a service account to the API's machine, or set GOOGLE_APPLICATION_CREDENTIALS to the file of one.",
      });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  const api: GoogleApi = {
    async ask({ method, path, query = {}, body, secrets: more = [] }, schema, signal, allowed = []) {
      const token = await readToken(signal);
      const secrets = [token, ...more];
      const search = new URLSearchParams(query).toString();
      const url = `${base}${path}${search === "" ? "" : `?${search}`}`;
      const headers = { authorization: `Bearer ${token}` };
      const request = { method, url, headers, body, secrets, timeoutSeconds };
      const { what, status, json, text } = await askProvider(request, signal);
      if (allowed.includes(status)) return undefined;
      if (status >= 200 && status < 300) return parseAnswer({ what, json }, schema, secrets);
      const failure = z.object({ error: z.unknown() }).safeParse(json).data?.error;
      const { code, said, retryAfterMs } = explainGoogleError(failure, status);
      throw new LaunchError(code, `${what}: Google refused with ${status}`, {
        ...{ said: said || text || undefined, secrets, retryAfterMs },
      });
    },
    async list({ path, query = {}, items: member }, schema, signal) {
      const Page = z
        .object({ nextPageToken: z.string().default(""), [member]: z.array(schema).default([]) })
        .transform((page) => ({
          items: page[member] as z.output<typeof schema>[],
          next: page.nextPageToken as string,
        }));
      const items: z.output<typeof schema>[] = [];
      let pageToken = "";
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const search = { ...query, ...(pageToken !== "" && { pageToken }) };
        const read = await api.ask({ method: "GET", path, query: search }, Page, signal);
        items.push(...(read?.items ?? []));
        pageToken = read?.next ?? "";
        if (pageToken === "") return items;
      }
      throw new LaunchError("UNAVAILABLE", `${path}: the list has more than ${MAX_PAGES} pages`);
    },
    refuse(what, failure) {
      const { code, said, retryAfterMs } = explainGoogleError(failure);
      return new LaunchError(code, what, { said: said || undefined, secrets: [known], retryAfterMs });
    },
  };
  return api;
}
