import { validate } from "graphql";
import { expect, test } from "vitest";
import * as documents from "../../integrations/payload/src/sync/documents.ts";
import { schema } from "../../schema/index.ts";

test.each(Object.entries(documents))("the Payload plugin's %s is valid for the schema", (_, document) => {
  expect(validate(schema, document)).toEqual([]);
});
