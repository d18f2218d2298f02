import { Liquid, type Template as Parsed } from "liquidjs";
import { invalidTemplate, tooCostly } from "./template-error.ts";

const MAX_OUTPUT = 1_000_000;
const limits = {
  /** Characters of a template. */
  parseLimit: 600_000,
  /** Milliseconds of one rendering. */
  renderLimit: 1_000,
  /** Objects that filters create. */
  memoryLimit: 5_000_000,
} as const;

const options = {
  ...limits,
  ownPropertyOnly: true,
  strictFilters: true,
  cache: false,
  // Nothing can be included, from no folder.
  templates: {},
  timezoneOffset: 0,
  locale: "en-US",
} as const;

/** `rtl` if the first letter of a text is written from right to left. */
const directionOf = (text: unknown): "ltr" | "rtl" => {
  const letter = /\p{L}/u.exec(typeof text === "string" ? text : "")?.[0] ?? "";
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter)
    ? "rtl"
    : "ltr";
};

/** The same data must give the same pictures. */
function forbid(liquid: Liquid, name: string): void {
  liquid.registerFilter(name, () => {
    throw new Error(`the filter "${name}" is not available, since pictures depend on data and time only`);
  });
}

function createLiquid(outputEscape: "escape" | undefined): Liquid {
  const liquid = new Liquid({ ...options, ...(outputEscape && { outputEscape }) });
  for (const name of ["sample", "date", "date_to_xmlschema", "date_to_rfc822", "date_to_string"])
    forbid(liquid, name);
  liquid.registerFilter("direction", directionOf);
  return liquid;
}

const forHtml = createLiquid("escape");
const forText = createLiquid(undefined);
const parsed = new Map<string, Parsed[]>();

/** Escapes what the data contains. Throws a `TemplateError` that names the file. */
export const renderHtml = (html: string, scope: object, file: string): string =>
  render(forHtml, html, scope, file);

/** Without escaping: for speech and numbers. */
export const renderText = (text: string, scope: object, file: string): string =>
  text.includes("{") ? render(forText, text, scope, file).trim() : text.trim();

function render(liquid: Liquid, source: string, scope: object, file: string): string {
  let output: string;
  try {
    const key = `${liquid === forHtml}${source}`;
    let template = parsed.get(key);
    if (!template) {
      template = liquid.parse(source);
      parsed.set(key, template);
    }
    output = liquid.renderSync(template, scope);
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
    if (/limit exceeded/.test(message))
      throw tooCostly(file, `${message}. Use smaller loops, or fewer elements.`);
    throw invalidTemplate(file, message);
  }
  if (output.length > MAX_OUTPUT)
    throw tooCostly(
      file,
      `renders ${output.length} characters; at most ${MAX_OUTPUT} are drawn. Shorten the data, or repeat less.`,
    );
  return output;
}
