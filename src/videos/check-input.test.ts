import { expect, test } from "vitest";
import { checkMetadata, checkSourceUrl, checkTitle } from "./check-input.ts";

test.each([
  ["ftp://example.com/a.mp4", /scheme ftp:/],
  ["/a.mp4", /not an absolute URL/],
  ["https://user:secret@example.com/a.mp4", /credentials/],
  ["http://localhost/a.mp4", /not on the public internet/],
  ["http://127.0.0.1/a.mp4", /not on the public internet/],
  ["http://2130706433/a.mp4", /not on the public internet/],
  ["http://10.1.2.3/a.mp4", /not on the public internet/],
  ["http://[::1]/a.mp4", /not on the public internet/],
  ["http://[::ffff:192.168.0.1]/a.mp4", /not on the public internet/],
  ["http://169.254.169.254/latest", /not on the public internet/],
  ["http://168.63.129.16/", /not on the public internet/],
  ["http://example.com:25/a.mp4", /has the port 25; the allowed ports are 80, 443, 8080 and 8443/],
])("the URL %s is refused with a reason", (url, reason) => {
  expect(() => checkSourceUrl(url, [])).toThrow(reason);
});

test("public addresses and explicitly allowed private ones are accepted", () => {
  expect(checkSourceUrl("https://example.com/a.mp4", []).hostname).toBe("example.com");
  expect(checkSourceUrl("http://127.0.0.1:8000/a.mp4", ["127.0.0.1"]).port).toBe("8000");
  expect(checkSourceUrl("http://10.1.2.3/a.mp4", ["10.0.0.0/8"]).hostname).toBe("10.1.2.3");
});

test("titles and metadata out of bounds are refused with a message", () => {
  expect(() => checkTitle("  ")).toThrow("title: has 0 characters; use 1 to 500.");
  expect(checkTitle("🎬".repeat(500))).toHaveLength(1_000);
  expect(() => checkTitle("🎬".repeat(501))).toThrow("has 501 characters");
  expect(() => checkMetadata([1])).toThrow("metadata: is a list; pass a JSON object.");
  expect(() => checkMetadata({ text: "x".repeat(70_000) })).toThrow(/the limit is 65536/);
});
