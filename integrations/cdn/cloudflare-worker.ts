/**
 * A Cloudflare Worker before a private bucket of Cloud Storage. Variables: `BUCKET_URL`
 * (`https://storage.googleapis.com/{bucket}`), `API_ORIGIN` (`https://api.example`), `KEYS` (JSON by key id),
 * `HMAC_ID` and `HMAC_SECRET` (a Cloud Storage HMAC key of a service account with `storage.objectViewer`).
 * Needs the package `aws4fetch` (package.json).
 */
import { AwsClient } from "aws4fetch";
import { createEdge } from "./serve-playback.ts";

interface Env {
  BUCKET_URL: string;
  KEYS: string;
  API_ORIGIN: string;
  HMAC_ID: string;
  HMAC_SECRET: string;
}

let edge: ((request: Request) => Promise<Response>) | undefined;

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    edge ??= openEdge(env);
    return edge(request);
  },
};

function openEdge({ BUCKET_URL, KEYS, API_ORIGIN, HMAC_ID, HMAC_SECRET }: Env) {
  const bucket = new AwsClient({
    accessKeyId: HMAC_ID,
    secretAccessKey: HMAC_SECRET,
    service: "s3",
    region: "auto",
  });
  return createEdge({
    keys: JSON.parse(KEYS),
    ownOrigins: [API_ORIGIN],
    readObject: async (key, range) => {
      const headers: HeadersInit = range === null ? {} : { range };
      const signed = await bucket.sign(`${BUCKET_URL}/${key}`, { headers });
      // The cache's key is the object's address, whatever the signature says.
      return fetch(signed, {
        cf: { cacheEverything: true, cacheKey: `${BUCKET_URL}/${key}` },
      } as RequestInit);
    },
  });
}
