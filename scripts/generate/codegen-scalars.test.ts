import { readFileSync } from "node:fs";
import { codegen } from "@graphql-codegen/core";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";
import { expect, test } from "vitest";
import { printedSchema } from "../../schema/print.ts";

const guide = readFileSync(new URL("../../docs/reference/graphql.md", import.meta.url), "utf8");

/** The mapping, as a reader pastes it. */
const scalars = JSON.parse(/`config\.scalars`:\n\n```json\n([\s\S]*?)```/.exec(guide)?.[1] ?? "null");

test("code generators need only the guide's scalars for exact types", async () => {
  const document = parse("query Q { video(id: 1) { createdAt metadata variants { sizeBytes } } }");
  const types = await codegen({
    filename: "types.ts",
    schema: parse(printedSchema()),
    documents: [{ location: "q.graphql", document }],
    plugins: [{ typescriptOperations: {} }],
    pluginMap: { typescriptOperations },
    config: { scalars, strictScalars: true },
  });
  expect(types).toContain("createdAt: string");
  expect(types).toContain("metadata: unknown");
  expect(types).toContain("sizeBytes: number");
});
