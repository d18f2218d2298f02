/** A form made of a JSON Schema. */

export { DataForm } from "./data-form.tsx";
export { findEmpty } from "./find-empty.ts";
export { isEqual, isList, isObject, type Json, type JsonObject, setAt } from "./json.ts";
export { questionsOf, readFields } from "./read-fields.ts";
