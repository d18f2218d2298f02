/** Workers as sandboxes on Modal. */
export { modalSandbox } from "./modal-sandbox.ts";
