/**
 * The same as a Fastly Compute program. Backend `bucket` (storage.googleapis.com); config store `reelay` with
 * `bucketUrl` and `apiOrigin`; secret store `reelay` with `keys`, `hmacId` and `hmacSecret`. Needs the
 * packages of package.json.
 */
/// <reference types="@fastly/js-compute" />

import { ConfigStore } from "fastly:config-store";
import { SecretStore } from "fastly:secret-store";
import { AwsClient } from "aws4fetch";
import { createEdge } from "./serve-playback.ts";

addEventListener("fetch", (event) => event.respondWith(openEdge().then((edge) => edge(event.request))));

async function openEdge() {
  const config = new ConfigStore("reelay");
  const bucketUrl = config.get("bucketUrl");
  const apiOrigin = config.get("apiOrigin");
  const secrets = new SecretStore("reelay");
  const secret = async (name: string) => (await secrets.get(name))?.plaintext() ?? "";
  const [keys, accessKeyId, secretAccessKey] = await Promise.all(
    ["keys", "hmacId", "hmacSecret"].map(secret),
  );
  const bucket = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "auto" });
  return createEdge({
    keys: JSON.parse(keys),
    ownOrigins: apiOrigin === null ? [] : [apiOrigin],
    // Fastly's cache goes by the address, which has no token any more.
    readObject: async (key, range) =>
      fetch(await bucket.sign(`${bucketUrl}/${key}`, { headers: range === null ? {} : { range } }), {
        backend: "bucket",
      }),
  });
}
