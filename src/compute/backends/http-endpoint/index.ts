/** Workers that a server of the operator's own starts, over HTTP. */
export { httpEndpoint } from "./http-endpoint.ts";
