/** Templates that workspaces make: created from files, checked by a worker, and deleted. */
export { createTemplate } from "./create-template.ts";
export { deleteTemplate } from "./delete-template.ts";
