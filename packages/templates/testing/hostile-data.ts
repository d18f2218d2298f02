/** Texts that try to be more than texts, for every field of a template. */

export const hostileTexts: Readonly<Record<string, string>> = {
  "the end of an element": "a</div></div><div class='scene'>b",
  "a script": "<script>fetch('https://example.com')</script>",
  "a style": "</style><style>*{font-size:900px}</style>",
  "an attribute": `" onload="x" style="width:9999px`,
  "a mark of Liquid": "{{ data | json }}{% for i in (1..9) %}x{% endfor %}",
  "a comment": "<!-- {% comment %} -->",
  "an entity": "&lt;b&gt;&#0;&amp;",
  "a formula": "=cmd|' /C calc'!A0",
  "a plus formula": '+1+HYPERLINK("https://example.com")',
  "a minus formula": "-2+3",
  "an at formula": "@SUM(1,1)",
  "emoji of several characters": "👩‍👩‍👧‍👦 🏴‍☠️ 🇩🇪",
  "stacked accents": `Z${"\u0301\u0316".repeat(20)}`,
};

/** Texts that no font draws and no database stores, by what they contain. */
export const forbiddenTexts: Readonly<Record<string, string>> = {
  "a zero character": "a\0b",
  "half a surrogate pair": "a\ud83db",
  "a right-to-left override": "a\u202eb",
  "an isolate that nothing closes": "a\u2067b",
  "a bell": "a\u0007b",
  "an escape sequence": "a\u001b[31mb",
};

type Schema = Readonly<Record<string, unknown>>;
const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON pointers to the texts of a template's data: of lists, the first entry. */
export function fieldsOf(schema: Schema, pointer = ""): string[] {
  if (schema["type"] === "string") return [pointer];
  if (schema["type"] === "array" && isSchema(schema["items"]))
    return fieldsOf(schema["items"], `${pointer}/0`);
  if (!isSchema(schema["properties"])) return [];
  return Object.entries(schema["properties"]).flatMap(([name, inner]) =>
    isSchema(inner) ? fieldsOf(inner, `${pointer}/${name}`) : [],
  );
}

/** A copy of data with another value at a JSON pointer. */
export function withValue(data: unknown, pointer: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(data) as Record<string, unknown>;
  const parts = pointer.split("/").slice(1);
  const last = parts.pop() ?? "";
  let target = copy;
  for (const part of parts) target = target[part] as Record<string, unknown>;
  target[last] = value;
  return copy;
}
