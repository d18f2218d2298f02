import { expect, test } from "vitest";
import { checkWebhookUrl } from "./check-url.ts";

test.each([
  ["nonsense", /is not an absolute URL/],
  ["ftp://example.com/", /scheme ftp:/],
  ["http://example.com/hook", /not encrypted; use https:/],
  ["https://user:secret@example.com/", /credentials/],
  ["https://localhost/", /not on the public internet/],
  ["https://api.localhost./", /not on the public internet/],
  ["https://127.0.0.1/", /not on the public internet/],
  ["https://2130706433/", /not on the public internet/],
  ["https://[::ffff:10.0.0.1]/", /not on the public internet/],
  ["https://169.254.169.254/latest", /not on the public internet/],
  ["https://example.com:6379/", /has the port 6379; the allowed ports are 80, 443, 8080 and 8443/],
  ["https://[::7f00:1]/", /not on the public internet/],
  [`https://example.com/${"x".repeat(2_048)}`, /the limit is 2048/],
])("%s is refused as an endpoint", (url, reason) => {
  expect(() => checkWebhookUrl(url, [])).toThrow(reason);
});

test("https on the public internet is accepted, and explicitly allowed hosts also over http", () => {
  expect(checkWebhookUrl("https://example.com/hook?a=1#b", [])).toBe("https://example.com/hook?a=1");
  expect(checkWebhookUrl("http://127.0.0.1:3000", ["127.0.0.0/8"])).toBe("http://127.0.0.1:3000/");
  expect(checkWebhookUrl("http://CMS.internal/", ["cms.internal"])).toBe("http://cms.internal/");
  expect(() => checkWebhookUrl("http://other.internal/", ["cms.internal"])).toThrow(/not encrypted/);
});
