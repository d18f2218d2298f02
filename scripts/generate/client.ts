/**
 * Writes packages/client/src/generated.ts: documents of packages/client/documents/, and types that are exact
 * for the schema.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as typedDocumentNode from "@graphql-codegen/typed-document-node";
import * as typescriptOperations from "@graphql-codegen/typescript-operations";
import { parse } from "graphql";
import { printedSchema } from "../../schema/print.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(root, "packages/client/documents");
const filename = path.join(root, "packages/client/src/generated.ts");
const read = (file: string) => parse(readFileSync(file, "utf8"));

const output = await codegen({
  filename,
  // Not the file, which is written after this one.
  schema: parse(printedSchema()),
  documents: readdirSync(folder)
    .sort()
    .map((name) => ({ location: name, document: read(path.join(folder, name)) })),
  plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
  pluginMap: { typescriptOperations, typedDocumentNode },
  config: {
    enumsAsTypes: true,
    onlyOperationTypes: true,
    // `__typename` is there where a document asks for it.
    skipTypename: true,
    inlineFragmentTypes: "combine",
    dedupeFragments: true,
    strictScalars: true,
    useTypeImports: true,
    inputMaybeValue: "T | null | undefined",
    scalars: {
      DateTime: "string",
      JSON: "unknown",
      SafeInt: "number",
      UrlSource: "string | { url: string; filename?: string | null }",
      ID: "string",
    },
  },
});
writeFileSync(
  filename,
  `/* Written by scripts/generate/client.ts: change documents/ and run npm run codegen. */\n${output}`,
);
