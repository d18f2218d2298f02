import { type EditionStatus, editionRetries, editionStatuses, editionTransitions } from "@reelay/contracts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Prisma } from "../../prisma/generated/client.ts";
import { createProjection } from "../testing/projection.ts";

let system: Awaited<ReturnType<typeof createProjection>>;
beforeAll(async () => {
  system = await createProjection();
});
afterAll(() => system[Symbol.asyncDispose]());

const error = { code: "BROKEN", message: "It broke.", scope: "WORKER", retriable: true };

const rowOf = (status: EditionStatus) => ({
  status,
  error: status === "FAILED" ? error : Prisma.DbNull,
  publishedAt: status === "PUBLISHED" || status === "REPLACED" ? new Date() : null,
  replacedAt: status === "REPLACED" ? new Date() : null,
});

test("the database allows exactly the transitions of the tables", async () => {
  const source = { filename: "data.json", sizeBytes: 2n, objectKey: "k", params: { version: 1 } };
  const found: string[] = [];
  for (const from of editionStatuses) {
    for (const to of editionStatuses) {
      const { videoId } = await system.createQueuedVideo();
      const { id } = await system.db.edition.create({
        data: { videoId, number: 1, ...source, ...rowOf(from) },
      });
      const isAllowed = await system.db.edition.update({ where: { id }, data: rowOf(to) }).then(
        () => true,
        (refusal: unknown) => {
          expect(String(refusal)).toContain(`it cannot become ${to}`);
          return false;
        },
      );
      if (isAllowed && from !== to) found.push(`${from} to ${to}`);
    }
  }
  const allowed = [editionTransitions, editionRetries].flatMap((table) =>
    editionStatuses.flatMap((from) => table[from].map((to) => `${from} to ${to}`)),
  );
  expect(new Set(found)).toEqual(new Set(allowed));
});

test.each(["PUBLISHED", "RENDERING"] as const)("a video has one edition that is %s", async (status) => {
  const { videoId } = await system.createQueuedVideo();
  const source = { filename: "data.json", sizeBytes: 2n, objectKey: "k", params: { version: 1 } };
  const create = (number: number) =>
    system.db.edition.create({ data: { videoId, number, ...source, ...rowOf(status) } });
  await create(1);
  await expect(create(2)).rejects.toThrow("Unique constraint");
});
