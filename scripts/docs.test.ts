import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse, validate } from "graphql";
import { expect, test } from "vitest";
import { schema } from "../schema/schema.ts";

const root = path.resolve(import.meta.dirname, "..");
const pages = [
  "README.md",
  ...globSync("docs/**/*.md", { cwd: root }),
  ...["client", "upload", "player"].map((name) => `packages/${name}/README.md`),
  "integrations/payload/README.md",
];
const read = (page: string) => readFileSync(path.join(root, page), "utf8");

test.each(pages)("every GraphQL document in %s is valid", (page) => {
  for (const [, document = ""] of read(page).matchAll(/```graphql\n([\s\S]*?)```/g)) {
    expect(validate(schema, parse(document)).map(String), document).toEqual([]);
  }
});

test.each(pages)("every link from %s into the tree leads somewhere", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = ""]) => link);
  const broken = links.filter((link) => !existsSync(path.resolve(root, path.dirname(page), link)));
  expect(broken).toEqual([]);
});

test("the glossary has every noun of the GraphQL schema", () => {
  const glossary = read("docs/reference/glossary.md");
  const composed =
    /(Connection|Edge|Result|Input)$|^(__.*|Query|Mutation|Subscription|Boolean|Float|ID|Int|String)$/;
  const nouns = Object.keys(schema.getTypeMap()).filter((name) => !composed.test(name));
  expect(nouns.filter((name) => !glossary.includes(`\`${name}\``))).toEqual([]);
});
