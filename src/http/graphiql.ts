import { createHash } from "node:crypto";
import type { GraphiQLOptions, Plugin } from "graphql-yoga";

/** A page of one inline script, and the policy that lets this script run and no other. */
interface GraphiQLPage {
  html: string;
  policy: string;
}

/**
 * GraphiQL from our own files with a Content-Security-Policy: it shares its origin, and so its
 * `localStorage`, with the console, which stores an API key there. It loads nothing else, so it also works
 * offline. The bundle has 9 MB and is read with the first request for the page.
 */
export function createGraphiQL() {
  let page: Promise<GraphiQLPage> | undefined;
  /** Yoga passes the same options each time. */
  const renderOnce = (options: GraphiQLOptions) => (page ??= render(options));

  const withPolicy: Plugin = {
    async onResponse({ response }) {
      if (page === undefined || !response.headers.get("content-type")?.startsWith("text/html")) return;
      response.headers.set("content-security-policy", (await page).policy);
      response.headers.set("cross-origin-opener-policy", "same-origin");
      response.headers.set("referrer-policy", "no-referrer");
      response.headers.set("x-content-type-options", "nosniff");
    },
  };
  return { render: async (options: GraphiQLOptions) => (await renderOnce(options)).html, withPolicy };
}

async function render(options: GraphiQLOptions): Promise<GraphiQLPage> {
  const { renderGraphiQL } = await import("@graphql-yoga/render-graphiql");
  const html = renderGraphiQL(options);
  return { html, policy: policyOf(html) };
}

function policyOf(html: string): string {
  const opening = "<script>";
  const script = html.slice(html.indexOf(opening) + opening.length, html.lastIndexOf("</script>"));
  const hash = createHash("sha256").update(script).digest("base64");
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    // The editor sets styles while drawing, and runs language services in workers created from blobs.
    "style-src 'unsafe-inline'",
    "worker-src blob:",
    "img-src 'self' data:",
    "font-src data:",
    // 'self' covers the WebSocket too.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
