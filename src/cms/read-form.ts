import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { Busboy } from "@fastify/busboy";
import { FormBrokenOffError, type FormError, formErrors } from "./form-error.ts";

export interface FormFile {
  /** The client's file name; null without one. */
  filename: string | null;
  contentType: string | null;
  /** To be read to its end, or the form does not go on. */
  bytes: Readable;
}

interface FormTakers {
  metadata(text: string): Promise<void>;
  /** Parts after the file are read only when its bytes have been read. */
  file(file: FormFile): Promise<void>;
}

/** As much metadata as `createVideo` accepts, plus space for the other fields. */
const MAX_METADATA_BYTES = 96 * 1024;
/** More than any valid form has: two, plus some invalid ones. */
const MAX_PARTS = 20;

/**
 * Reads a form as a stream, with parts in any order, and passes them on; only the metadata is kept. Resolves
 * after the form's end, when everything is processed. Rejects with `FormError`, `FormBrokenOffError`, the
 * signal's reason, or a handler's error, as soon as one occurs: `stop` is then called, and running handlers
 * are awaited. The caller discards the remaining bytes.
 */
export async function readForm(
  req: IncomingMessage,
  takers: FormTakers,
  { signal, stop }: { signal: AbortSignal; stop: (reason: unknown) => void },
): Promise<void> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const taking: Promise<void>[] = [];
  const files: Readable[] = [];
  const seen = new Set<string>();
  const form = open(req);

  function take(name: string, begin: () => Promise<void>): FormError | null {
    if (seen.has(name)) return formErrors.repeatedField(name);
    seen.add(name);
    const work = begin();
    work.catch(reject);
    taking.push(work);
    return null;
  }

  form.on("file", (name: string | undefined, bytes, filename, _encoding, contentType) => {
    // Its errors are also the form's, which reports them.
    bytes.on("error", () => {});
    files.push(bytes);
    const file = { filename: filename || null, contentType: contentType || null, bytes };
    const refused =
      name === "file" ? take(name, () => takers.file(file)) : formErrors.unknownField(name ?? "");
    if (refused) reject(refused);
  });
  form.on("field", (name: string | undefined, text, _nameTruncated, isTruncated) => {
    if (name === "file") return reject(formErrors.fileIsText());
    if (name !== "metadata") return reject(formErrors.unknownField(name ?? ""));
    if (isTruncated) return reject(formErrors.metadataTooLarge(MAX_METADATA_BYTES));
    const refused = take(name, () => takers.metadata(text));
    if (refused) reject(refused);
  });
  form.on("partsLimit", () => reject(formErrors.unreadable(`it has more than ${MAX_PARTS} fields`)));
  form.on("finish", resolve);
  form.on("error", (error) => reject(formErrors.unreadable(reasonOf(error))));
  const onBroken = () => {
    if (!req.complete) reject(new FormBrokenOffError("The client broke its form off."));
  };
  req.once("close", onBroken);
  // The parser's own event for the same condition, which occurs first.
  req.once("error", onBroken);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    req.pipe(form);
    await ended;
    await Promise.all(taking);
  } catch (error) {
    stop(error);
    req.unpipe(form);
    // A reader of one would wait forever.
    for (const bytes of files) bytes.destroy(error instanceof Error ? error : new Error("stopped"));
    await Promise.allSettled(taking);
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    req.off("close", onBroken);
  }
}

function open(req: IncomingMessage) {
  const contentType = req.headers["content-type"];
  try {
    if (!/^multipart\/form-data\s*;/i.test(contentType ?? "")) throw formErrors.notAForm(contentType);
    return new Busboy({
      headers: { ...req.headers, "content-type": contentType ?? "" },
      limits: { fieldSize: MAX_METADATA_BYTES, parts: MAX_PARTS, headerPairs: 50, headerSize: 16 * 1024 },
      fileHwm: 256 * 1024,
      // JSON sent as a Blob has a filename too.
      isPartAFile: (name, type, filename) =>
        name !== "metadata" && (filename !== undefined || type === "application/octet-stream"),
    });
  } catch {
    // The content type has no boundary.
    throw formErrors.notAForm(contentType);
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, 200).replace(/\.$/, "");
