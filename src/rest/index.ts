/** REST for callers that have nothing else: a script in, an MP4 out. */
export { createRest } from "./create-rest.ts";
