/** What every page of the console must pass, in a real browser. */
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Runs in the page: what makes it wider than so many pixels, the innermost elements. */
const beyond = `(width) => document.documentElement.scrollWidth <= width ? [] :
  [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1)
    .map((element) => element.outerHTML.slice(0, 120))`;

/** The elements that make the page wider than so many pixels. */
export const findTooWide = (page: Page, width: number): Promise<string[]> =>
  page.evaluate(`(${beyond})(${width})`);

/**
 * What axe finds in the page, or in one element of it, as sentences with the elements. Between light and
 * dark mode, only colours differ.
 */
export async function violations(page: Page, of: "all" | "colours", within = "html"): Promise<string[]> {
  // New colours and sizes apply from the next painted frame.
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
  );
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(axe.source);
  const options = of === "colours" ? { runOnly: { type: "rule", values: ["color-contrast"] } } : {};
  const found = await page.evaluate<axe.AxeResults>(
    `axe.run(${JSON.stringify(within)}, ${JSON.stringify(options)})`,
  );
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
  );
}

/** What to check in each mode. */
export const rules = { light: "all", dark: "colours" } as const;
