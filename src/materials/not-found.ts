import { NotFoundError } from "../errors/index.ts";

/** Thrown alike for what does not exist and what is another workspace's. */
export const materialNotFound = (): NotFoundError =>
  new NotFoundError(
    "MATERIAL_NOT_FOUND",
    "There is no such material in this workspace. `materials` lists those that exist.",
  );
