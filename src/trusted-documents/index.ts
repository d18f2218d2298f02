/** Documents that a workspace registered, and that its keys may send by their ids. */
export { createTrustedDocuments, type FindDocument } from "./find-document.ts";
export { readManifest } from "./read-manifest.ts";
export { deleteDocuments, registerDocuments } from "./register-documents.ts";
