/** GraphiQL in a real Chromium: it shares its origin with the console's API key. */
import { expect, test } from "vitest";
import { createTestApi } from "../../schema/testing/test-api.ts";
import { hasNoChromium, startChromium, takePicture, whyNoChromium } from "../kit/chromium.ts";

test.skipIf(hasNoChromium)(
  `GraphiQL runs a query, loads nothing from other hosts, and runs only its own scripts${whyNoChromium}`,
  async () => {
    await using api = await createTestApi();
    await using browser = await startChromium();
    const page = await browser.context.newPage();
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(api.url) && !/^(?:blob|data):/.test(url)) elsewhere.push(url);
    });
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });

    const answer = await page.goto(`${api.graphql}?query=${encodeURIComponent("{ __typename }")}`);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy).toMatch(/script-src 'sha256-[\w+/]{43}=';/);
    expect(policy).toContain("frame-ancestors 'none'");

    await page.getByRole("button", { name: /execute query/i }).click();
    await expect
      .poll(() => page.locator(".result-window").textContent(), { timeout: 90_000 })
      .toContain('"Query"');
    await takePicture(page, "graphiql");
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);

    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.textContent = "window.foreign = true";
      document.body.append(script);
    })()`);
    expect(await page.evaluate("window.foreign")).toBeUndefined();
  },
);
