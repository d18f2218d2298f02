import { mayBeAllowed, mayUsePort, portRefusal } from "@reelay/egress";
import { InvalidInputError } from "../errors.ts";

const maxMetadataBytes = 65_536;

/** The trimmed title. Throws `InvalidInputError`. */
export function checkTitle(title: string): string {
  const trimmed = title.trim();
  const length = Array.from(trimmed).length;
  if (length >= 1 && length <= 500 && !trimmed.includes("\0")) return trimmed;
  throw new InvalidInputError(
    "TITLE_INVALID",
    "title",
    `title: has ${length} characters${trimmed.includes("\0") ? ", including a NUL" : ""}; use 1 to 500.`,
  );
}

export function checkExternalId(externalId: string): string {
  if (externalId.length >= 1 && externalId.length <= 255 && !externalId.includes("\0")) return externalId;
  throw new InvalidInputError(
    "EXTERNAL_ID_INVALID",
    "externalId",
    `externalId: has ${externalId.length} characters; use 1 to 255, without NUL.`,
  );
}

/**
 * Escapes in JSON text that Postgres rejects, unless they follow an escaped backslash. Whole characters are
 * never escaped.
 */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** Levels of nesting, including the outermost: deeper values break recursive readers. */
const maxMetadataDepth = 32;

/**
 * Whether a value exceeds the levels. Iterates level by level, since recursion would fail on a deep value.
 */
function isDeeperThan(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let count = 0; ; count++) {
    const nested = level.filter((each) => typeof each === "object" && each !== null);
    if (nested.length === 0) return false;
    if (count === depth) return true;
    level = nested.flatMap((each) => Object.values(each));
  }
}

/**
 * A JSON object of at most 64 KiB and 32 levels. Throws `InvalidInputError` (`METADATA_INVALID`,
 * `METADATA_TOO_LARGE`).
 */
export function checkMetadata(metadata: unknown, field = "metadata"): object {
  if (metadata === null || typeof metadata !== "object" || Array.isArray(metadata)) {
    const came = Array.isArray(metadata) ? "a list" : metadata === null ? "null" : `a ${typeof metadata}`;
    throw new InvalidInputError("METADATA_INVALID", field, `${field}: is ${came}; pass a JSON object.`);
  }
  if (isDeeperThan(metadata, maxMetadataDepth)) {
    throw new InvalidInputError(
      "METADATA_INVALID",
      field,
      `${field}: nests deeper than ${maxMetadataDepth} levels. Flatten it, or store the inner part as a string.`,
    );
  }
  const text = JSON.stringify(metadata);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > maxMetadataBytes) {
    throw new InvalidInputError(
      "METADATA_TOO_LARGE",
      field,
      `${field}: takes ${sizeBytes} bytes as JSON; the limit is ${maxMetadataBytes}. Store large data elsewhere and refer to it.`,
    );
  }
  if (unstorable.test(text)) {
    throw new InvalidInputError(
      "METADATA_INVALID",
      field,
      `${field}: contains a NUL character or half of a surrogate pair. Remove it.`,
    );
  }
  return metadata;
}

const maxTags = 50;
const maxTagLength = 100;

/** A tag as it is stored and compared: trimmed, in Unicode's composed form, white space as single spaces. */
export const normalizeTag = (tag: string): string =>
  tag.toWellFormed().normalize("NFC").trim().replace(/\s+/gu, " ");

/** Normalized tags without repetitions. Throws `InvalidInputError` (`TAGS_INVALID`). */
export function checkTags(field: string, tags: readonly string[]): string[] {
  const invalid = (problem: string) => new InvalidInputError("TAGS_INVALID", field, `${field}: ${problem}`);
  // Before the tags are read: a request may hold many.
  if (tags.length > 2 * maxTags) throw invalid(`${tags.length} tags; a video has at most ${maxTags}.`);
  const distinct = [...new Set(tags.map(normalizeTag))];
  if (distinct.length > maxTags) throw invalid(`${distinct.length} tags; a video has at most ${maxTags}.`);
  const wrong = distinct.find((tag) => tag === "" || tag.length > maxTagLength || tag.includes("\0"));
  if (wrong === undefined) return distinct;
  throw invalid(
    `${JSON.stringify(wrong.slice(0, maxTagLength))} is not a tag; give 1 to ${maxTagLength} characters.`,
  );
}

/**
 * A name that is safe as the last part of an object key: no folders, no control characters, at most 150
 * bytes, with its extension.
 */
export function toSafeFilename(filename: string): string {
  const base = filename.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const clean = base.replaceAll(/[\p{C}\p{Z}"#%*:<>?|[\]]+/gu, "-").replace(/^[-.]+/, "");
  const ending = /\.[A-Za-z0-9]{1,10}$/.exec(clean)?.[0] ?? "";
  // Cut before measuring: a name may be as long as a request.
  let stem = clean.slice(0, clean.length - ending.length).slice(0, 140);
  while (Buffer.byteLength(stem) > 140) stem = Array.from(stem).slice(0, -1).join("");
  return `${stem || "source"}${ending}`;
}

/** An upload's exact size. Throws `InvalidInputError`. */
export function checkUploadSize(sizeBytes: number, maxBytes: number): number {
  const field = "source.upload.sizeBytes";
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1) {
    throw new InvalidInputError(
      "UPLOAD_SIZE_INVALID",
      field,
      `${field}: is ${sizeBytes}; pass the file's exact size in bytes, at least 1.`,
    );
  }
  if (sizeBytes > maxBytes) {
    throw new InvalidInputError(
      "UPLOAD_TOO_LARGE",
      field,
      `${field}: is ${sizeBytes}; the limit of this server is ${maxBytes} bytes. Send a smaller file, or raise UPLOAD_MAX_BYTES.`,
    );
  }
  return sizeBytes;
}

/**
 * Checks a URL without the network: syntax, scheme, literal private addresses. The worker that downloads it
 * checks every address of its host, and connects to the checked one. Throws `InvalidInputError`
 * (`SOURCE_URL_REFUSED`).
 */
export function checkSourceUrl(text: string, allowPrivate: readonly string[]): URL {
  const field = "source.url";
  const refuse = (reason: string): InvalidInputError =>
    new InvalidInputError(
      "SOURCE_URL_REFUSED",
      field,
      `${field}: ${JSON.stringify(text.slice(0, 200))} ${reason}`,
    );
  if (text.length > 4_096) throw refuse(`has ${text.length} characters; at most 4096 are taken.`);
  const url = URL.parse(text);
  if (url === null) throw refuse("is not an absolute URL; use one such as https://example.com/video.mp4.");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refuse(
      `has the scheme ${url.protocol}, and only http: and https: are supported; use one of them, or upload the file.`,
    );
  }
  if (url.username || url.password)
    throw refuse("contains credentials; use an address without them, e.g. a signed one.");
  if (!mayBeAllowed(url, allowPrivate)) {
    throw refuse(
      "is not on the public internet; upload the file, or allow the address with FETCH_ALLOW_PRIVATE.",
    );
  }
  if (!mayUsePort(url, allowPrivate)) {
    throw refuse(`${portRefusal(url)}; use one of these, or allow its host with FETCH_ALLOW_PRIVATE.`);
  }
  return url;
}
