import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const SOURCES = "{contracts,embedded,packages,prisma,render-worker,schema,scripts,src,web}/**/*.{ts,tsx}";
const LEFT_OUT =
  /(?:^|\/)(?:node_modules|dist|generated|testing)\/|\.(?:test|contract|d)\.tsx?$|\/documents\.ts$/;
const SCREAMING = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

type Body = ReturnType<typeof parseSync>["program"]["body"];
type Node = { type: string } & Record<string, unknown>;

/** Numbers, strings, regular expressions, and arithmetic on them. */
function isLiteral(node: Node | null): boolean {
  switch (node?.type) {
    case "Literal":
      return node["value"] !== null && typeof node["value"] !== "boolean";
    case "TemplateLiteral":
      return (node["expressions"] as unknown[]).length === 0;
    case "UnaryExpression":
      return isLiteral(node["argument"] as Node);
    case "BinaryExpression":
      return isOperand(node["left"] as Node) && isOperand(node["right"] as Node);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "ParenthesizedExpression":
      return isLiteral(node["expression"] as Node);
    default:
      return false;
  }
}

const isOperand = (node: Node): boolean =>
  isLiteral(node) || (node.type === "Identifier" && SCREAMING.test(String(node["name"])));

/** Names of constants at the top of a module, and whether each is a literal. */
function readConstants(body: Body): { name: string; isLiteral: boolean }[] {
  return body.flatMap((node) => {
    const declared = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declared?.type !== "VariableDeclaration" || declared.kind !== "const") return [];
    return declared.declarations.flatMap(({ id, init }) =>
      id.type === "Identifier"
        ? [{ name: id.name, isLiteral: isLiteral(init as unknown as Node | null) }]
        : [],
    );
  });
}

/** Constants of a source that are named against the convention. */
function findMisnamed(file: string, text: string): string[] {
  const constants = readConstants(parseSync(file, text).program.body);
  return constants.flatMap(({ name, isLiteral: literal }) => {
    const isScreaming = SCREAMING.test(name);
    return literal === isScreaming ? [] : [`${file}: ${name}`];
  });
}

test("literals at the top of a module are SCREAMING_SNAKE, all other constants are camelCase", () => {
  const files = globSync(SOURCES, { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const misnamed = files
    .filter((file) => !LEFT_OUT.test(file))
    .flatMap((file) => findMisnamed(file, readFileSync(path.join(root, file), "utf8")));
  expect(misnamed).toEqual([]);
});

test("a misnamed constant is found", () => {
  const text =
    "const sizeBytes = 2 * 1024;\nconst NAMES = new Set();\nconst A_MS = 5;\nexport const list = [A_MS];\n";
  expect(findMisnamed("a.ts", text)).toEqual(["a.ts: sizeBytes", "a.ts: NAMES"]);
});
