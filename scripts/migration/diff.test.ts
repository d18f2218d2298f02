import { expect, test } from "vitest";
import { diffSchemas } from "./diff.ts";

const schema = (fields: string) => `
datasource db {
  provider = "postgresql"
}

model Person {
  id   Int    @id
  ${fields}
}
`;

test("a new column becomes the statement that adds it", async () => {
  expect(await diffSchemas(schema(""), schema("name String?"))).toBe(
    '-- AlterTable\nALTER TABLE "Person" ADD COLUMN     "name" TEXT;\n',
  );
});

test("without a previous schema every table is created", async () => {
  expect(await diffSchemas(undefined, schema(""))).toContain('CREATE TABLE "Person"');
});

test("a comment is not a change", async () => {
  expect(await diffSchemas(schema(""), `// People.\n${schema("")}`)).toBeUndefined();
});
