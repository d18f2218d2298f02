import { mayBeAllowed, mayUsePort, portRefusal } from "@reelay/egress";
import { InvalidInputError } from "../errors/index.ts";

const MAX_METADATA_BYTES = 65_536;

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
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** Levels of nesting, including the outermost: deeper values break recursive readers. */
const MAX_METADATA_DEPTH = 32;

/**
 * Whether a value exceeds the levels. Iterates level by level, since recursion would fail on a deep value.
 */
export function isDeeperThan(value: unknown, depth: number): boolean {
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
  if (isDeeperThan(metadata, MAX_METADATA_DEPTH)) {
    throw new InvalidInputError(
      "METADATA_INVALID",
      field,
      `${field}: nests deeper than ${MAX_METADATA_DEPTH} levels. Flatten it, or store the inner part as a string.`,
    );
  }
  const text = JSON.stringify(metadata);
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > MAX_METADATA_BYTES) {
    throw new InvalidInputError(
      "METADATA_TOO_LARGE",
      field,
      `${field}: takes ${sizeBytes} bytes as JSON; the limit is ${MAX_METADATA_BYTES}. Store large data elsewhere and refer to it.`,
    );
  }
  if (UNSTORABLE.test(text)) {
    throw new InvalidInputError(
      "METADATA_INVALID",
      field,
      `${field}: contains a NUL character or half of a surrogate pair. Remove it.`,
    );
  }
  return metadata;
}

const MAX_TAGS = 50;
const MAX_TAG_LENGTH = 100;

/** A tag as it is stored and compared: trimmed, in Unicode's composed form, white space as single spaces. */
export const normalizeTag = (tag: string): string =>
  tag.toWellFormed().normalize("NFC").trim().replace(/\s+/gu, " ");

/** Normalized tags without repetitions. Throws `InvalidInputError` (`TAGS_INVALID`). */
export function checkTags(field: string, tags: readonly string[]): string[] {
  const invalid = (problem: string) => new InvalidInputError("TAGS_INVALID", field, `${field}: ${problem}`);
  // Before the tags are read: a request may hold many.
  if (tags.length > 2 * MAX_TAGS) throw invalid(`${tags.length} tags; a video has at most ${MAX_TAGS}.`);
  const distinct = [...new Set(tags.map(normalizeTag))];
  if (distinct.length > MAX_TAGS) throw invalid(`${distinct.length} tags; a video has at most ${MAX_TAGS}.`);
  const wrong = distinct.find((tag) => tag === "" || tag.length > MAX_TAG_LENGTH || tag.includes("\0"));
  if (wrong === undefined) return distinct;
  throw invalid(
    `${JSON.stringify(wrong.slice(0, MAX_TAG_LENGTH))} is not a tag. Use 1 to ${MAX_TAG_LENGTH} characters.`,
  );
}

/**
 * Checks a URL without the network: syntax, scheme, literal private addresses. The worker that downloads it
 * checks every address of its host, and connects to the checked one. Throws `InvalidInputError`
 * (`SOURCE_URL_REFUSED`, or another `code`).
 */
export function checkSourceUrl(
  text: string,
  allowPrivate: readonly string[],
  { field, code } = { field: "source.url", code: "SOURCE_URL_REFUSED" },
): URL {
  const refuse = (reason: string): InvalidInputError =>
    new InvalidInputError(code, field, `${field}: ${JSON.stringify(text.slice(0, 200))} ${reason}`);
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
