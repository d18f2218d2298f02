import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse, validate } from "graphql";
import { expect, test } from "vitest";
import { schema } from "../schema/index.ts";

const root = path.resolve(import.meta.dirname, "..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
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

/** Of a page's headings, as GitHub makes them. */
const anchorsOf = (page: string): Set<string> =>
  new Set(
    Array.from(page.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    ),
  );

test.each(pages)("every link from %s into the tree leads to an existing file and heading", (page) => {
  const broken = Array.from(read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)).filter(
    ([, link = "", fragment]) => {
      const target = link === "" ? page : path.relative(root, path.resolve(root, path.dirname(page), link));
      if (!existsSync(path.join(root, target))) return true;
      return fragment !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(fragment);
    },
  );
  expect(broken.map(([link]) => link)).toEqual([]);
});

test("the glossary has every noun of the GraphQL schema", () => {
  const glossary = read("docs/reference/glossary.md");
  const composed =
    /(Connection|Edge|Result|Input)$|^(__.*|Query|Mutation|Subscription|Boolean|Float|ID|Int|String)$/;
  const nouns = Object.keys(schema.getTypeMap()).filter((name) => !composed.test(name));
  expect(nouns.filter((name) => !glossary.includes(`\`${name}\``))).toEqual([]);
});

test("the README's program is the first one of the client's page, whose test runs it", () => {
  const [program = ""] = /```ts\n[\s\S]*?```/.exec(read("README.md")) ?? [];
  expect(program).not.toBe("");
  expect(/```ts\n[\s\S]*?```/.exec(read("packages/client/README.md"))?.[0]).toBe(program);
});

test("the README states the version in package.json", () => {
  const { version } = JSON.parse(read("package.json"));
  expect(read("README.md")).toContain(`version ${version},`);
});
