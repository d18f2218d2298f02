import { expect, test } from "vitest";
import { readApiEnv } from "./env.ts";

const DATABASE_URL = "postgres://reelay@localhost/reelay";

test("a database is all that must be given", () => {
  const result = readApiEnv({ DATABASE_URL, PORT: "8080" });
  expect(result).toMatchObject({
    ok: true,
    env: {
      port: 8080,
      publicUrl: "http://localhost:8080",
      isDevelopment: false,
      pubsub: { projectId: "reelay", prefix: "reelay-" },
      store: { kind: "local", publicBaseUrl: "http://localhost:8080/media/" },
    },
  });
});

test("all that is wrong is said at once, each with an example", () => {
  const result = readApiEnv({ PORT: "http", STORE: "s3" });
  expect(result).toMatchObject({ ok: false });
  if (result.ok) return;
  expect(result.errors).toHaveLength(3);
  expect(result.errors.join("\n")).toMatch(/DATABASE_URL is not set.*Example: DATABASE_URL=postgres/);
  expect(result.errors.join("\n")).toMatch(/PORT is "http".*Example: PORT=8080/);
});

test("Cloud Storage needs a bucket", () => {
  expect(readApiEnv({ DATABASE_URL, STORE: "gcs" })).toEqual({
    ok: false,
    errors: ["GCS_BUCKET is not set, which STORE=gcs needs: give the bucket's name."],
  });
});

test("webhooks may go where sources may come from, unless they are told their own", () => {
  const allowed = (given: Record<string, string>) => {
    const result = readApiEnv({ DATABASE_URL, ...given });
    return result.ok ? result.env.webhooks?.allowPrivate : result.errors;
  };
  expect(allowed({})).toEqual([]);
  expect(allowed({ FETCH_ALLOW_PRIVATE: "media.internal" })).toEqual(["media.internal"]);
  expect(
    allowed({ FETCH_ALLOW_PRIVATE: "media.internal", WEBHOOK_ALLOW_PRIVATE: "cms.internal,::1" }),
  ).toEqual(["cms.internal", "::1"]);
});
