import { expect, test } from "vitest";
import { readApiEnv } from "./env.ts";

const DATABASE_URL = "postgres://reelay@localhost/reelay";
const SECRETS_KEY = Buffer.alloc(32, 1).toString("base64");
const required = { DATABASE_URL, SECRETS_KEY };

test("only a database URL and a secrets key are required", () => {
  const result = readApiEnv({ ...required, PORT: "8080" });
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

test("all problems are reported together, each with an example", () => {
  const result = readApiEnv({ PORT: "http", STORE: "s3" });
  expect(result).toMatchObject({ ok: false });
  if (result.ok) return;
  expect(result.errors).toHaveLength(4);
  expect(result.errors.join("\n")).toMatch(/DATABASE_URL is not set.*Example: DATABASE_URL=postgres/);
  expect(result.errors.join("\n")).toMatch(/PORT is "http".*Example: PORT=8080/);
});

test.each(["BUDGET_JOB", "BUDGET_DAY", "BUDGET_MONTH", "BUDGET_HOUR"])(
  "%s of zero is refused, with an example: nothing would ever start",
  (name) => {
    const result = readApiEnv({ ...required, [name]: "0" });
    expect(result.ok ? [] : result.errors).toEqual([
      expect.stringMatching(new RegExp(`^${name} is "0".*Example: ${name}=`)),
    ]);
  },
);

test("Cloud Storage needs a bucket", () => {
  expect(readApiEnv({ ...required, STORE: "gcs" })).toEqual({
    ok: false,
    errors: ["GCS_BUCKET is not set, but STORE=gcs requires it: set it to the bucket's name."],
  });
});

test("questions come from the bank without a key, and from Gemini with one", () => {
  const questionsOf = (given: Record<string, string>) => {
    const result = readApiEnv({ ...required, ...given });
    return result.ok ? result.env.questions : result.errors;
  };
  const key = { GEMINI_API_KEY: "secret" };
  expect(questionsOf({})).toEqual({ kind: "bank" });
  expect(questionsOf({ ...key, QUESTIONS: "bank" })).toEqual({ kind: "bank" });
  expect(questionsOf(key)).toMatchObject({ kind: "gemini", apiKey: "secret" });
  expect(questionsOf({ ...key, GEMINI_MODEL: "m", GEMINI_PRICES: "0.75,3" })).toEqual({
    ...{ kind: "gemini", apiKey: "secret", model: "m", prices: { input: 0.75, output: 3 } },
  });
  expect(questionsOf({ QUESTIONS: "gemini" })).toEqual([
    "GEMINI_API_KEY is not set, but QUESTIONS=gemini requires it: set it, or QUESTIONS=bank for the built-in questions.",
  ]);
});

test("webhooks may use the private hosts allowed for sources, unless they have their own list", () => {
  const allowed = (given: Record<string, string>) => {
    const result = readApiEnv({ ...required, ...given });
    return result.ok ? result.env.webhooks?.allowPrivate : result.errors;
  };
  expect(allowed({})).toEqual([]);
  expect(allowed({ FETCH_ALLOW_PRIVATE: "media.internal" })).toEqual(["media.internal"]);
  expect(
    allowed({ FETCH_ALLOW_PRIVATE: "media.internal", WEBHOOK_ALLOW_PRIVATE: "cms.internal,::1" }),
  ).toEqual(["cms.internal", "::1"]);
});

test("secrets keys have 32 bytes each or are explicitly omitted, and an invalid key never appears in the error", () => {
  const keysOf = (text: string) => {
    const result = readApiEnv({ DATABASE_URL, SECRETS_KEY: text });
    return result.ok ? result.env.secretKeys.length : result.errors.join("\n");
  };
  expect(keysOf(SECRETS_KEY)).toBe(1);
  expect(keysOf(`${SECRETS_KEY}, ${Buffer.alloc(32, 2).toString("base64")}`)).toBe(2);
  expect(keysOf("none")).toBe(0);
  expect(keysOf("c2hvcnQ=")).toMatch(
    /^SECRETS_KEY is not valid: give 32 random bytes.*openssl rand -base64 32/,
  );
  expect(keysOf("c2hvcnQ=")).not.toContain("c2hvcnQ=");
  expect(keysOf("")).toMatch(/^SECRETS_KEY is not set: give 32 random bytes/);
});
