import { expect, test } from "vitest";
import { decideSettings } from "./options.ts";

const given = { url: "https://video.example.com", apiKey: "key" };

test("a URL and an API key suffice; without webhooks, the plugin polls more often", () => {
  expect(decideSettings(given)).toEqual({
    ...given,
    webhookSecrets: [],
    webhookUrl: null,
    slug: "videos",
    profile: null,
    deleteVideos: true,
    catchUpEveryMs: 10_000,
  });
  expect(decideSettings({ ...given, webhookSecret: "whsec_a" }).catchUpEveryMs).toBe(60_000);
  expect(decideSettings({ ...given, webhookUrl: "https://cms/api/reelay/webhook" }).catchUpEveryMs).toBe(
    60_000,
  );
});

test("an empty environment variable is not a secret, and a given secret disables endpoint creation", () => {
  const webhookUrl = "https://cms/api/reelay/webhook";
  expect(decideSettings({ ...given, webhookSecret: "", webhookUrl })).toMatchObject({
    webhookSecrets: [],
    webhookUrl,
  });
  expect(decideSettings({ ...given, webhookSecret: ["new", "old"], webhookUrl })).toMatchObject({
    webhookSecrets: ["new", "old"],
    webhookUrl: null,
  });
});

test.each([
  [
    { ...given, url: "video.example.com" },
    'reelay({ url }): expected the API\'s address, e.g. "https://video.example.com", and got "video.example.com".',
  ],
  [{ ...given, apiKey: "" }, "reelay({ apiKey }): expected an API key with the scope WRITE, and got none."],
  [
    { ...given, webhookUrl: "/api" },
    'reelay({ webhookUrl }): expected a whole address, e.g. "https://cms.example.com/api/reelay/webhook", and got "/api".',
  ],
])("%j is refused when the configuration is built", (options, message) => {
  expect(() => decideSettings(options)).toThrow(message);
});
