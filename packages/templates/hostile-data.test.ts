import { expect, test } from "vitest";
import { builtInTemplates, checkData, loadTemplate, planScenes } from "./index.ts";
import { fieldsOf, forbiddenTexts, hostileTexts, withValue } from "./testing/hostile-data.ts";

const HARMLESS = "harmless";
const templates = await builtInTemplates();

const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" })[sign] ?? sign,
  );

test.each([...templates.keys()])(
  "in every field of %s, hostile texts stay texts: they add no element, no attribute and no mark",
  async (name) => {
    const template = await loadTemplate(templates.get(name) ?? "");
    const { data: schema, example } = template.manifest;
    const fields = fieldsOf(schema);
    expect(fields.length).toBeGreaterThan(2);
    const draw = (data: object) => {
      const checked = checkData(template.manifest, data);
      if (!checked.ok) return null;
      return planScenes(template, checked.data).map(({ html }) => html);
    };
    let drawn = 0;
    for (const field of fields) {
      const harmless = draw(withValue(example, field, HARMLESS));
      for (const [what, text] of Object.entries(hostileTexts)) {
        const found = draw(withValue(example, field, text));
        // A list of values, a pattern or a kind of material leaves no room for either.
        if (found === null || harmless === null) continue;
        drawn += 1;
        const plain = found.map((html) => html.replaceAll(escaped(text), HARMLESS));
        expect(plain, `${field} with ${what}`).toEqual(harmless);
      }
    }
    expect(drawn).toBeGreaterThan(Object.keys(hostileTexts).length);
  },
);

test.each([...templates.keys()])(
  "data of %s with a text that cannot be shown is refused with the place and the character",
  async (name) => {
    const { manifest } = await loadTemplate(templates.get(name) ?? "");
    for (const field of fieldsOf(manifest.data)) {
      for (const [what, text] of Object.entries(forbiddenTexts)) {
        const checked = checkData(manifest, withValue(manifest.example, field, text));
        expect([field, what, checked.ok]).toEqual([field, what, false]);
        const [issue] = checked.ok ? [] : checked.issues;
        expect(issue).toMatchObject({ code: "DATA_INVALID", path: field });
        expect(issue?.message).toMatch(/it has U\+[0-9A-F]{4} at character 2\. Remove it\.$/);
      }
    }
    const lines = withValue(manifest.example, fieldsOf(manifest.data).at(-1) ?? "", "a\n\tb");
    expect(checkData(manifest, lines)).toMatchObject({ ok: true });
  },
);
