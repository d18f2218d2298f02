/** Workers as calls of a function on Modal. */
export { modalFunction } from "./modal-function.ts";
