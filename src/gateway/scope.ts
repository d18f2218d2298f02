import { objectKeys, type TaskRequested } from "@reelay/contracts";
import type { AttemptScope, OwnAttempt } from "./sessions.ts";

/** Fields of messages that hold keys of objects: `key`, `initKey`, `spriteKeys`. */
const isKeyField = (name: string): boolean => name === "key" || /Keys?$/.test(name);

/** Keys in a message, wherever they are. An empty one names no object. */
export function keysIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    if (!isKeyField(name)) return keysIn(field);
    const keys = Array.isArray(field) ? field : [field];
    return keys.filter((key) => typeof key === "string" && key !== "") as string[];
  });
}

const folderOf = (key: string): string => key.slice(0, key.lastIndexOf("/") + 1);

/**
 * What the worker of a task may reach: the objects that its message names, and the segments of the playlists
 * among them. A playlist that the API joins names segments of other attempts of the same video.
 */
export function planScope(task: TaskRequested): AttemptScope {
  const { videoId, inputs, params } = task;
  const keys = [...new Set(keysIn([inputs, params]))];
  const playlists = keys.filter((key) => key.endsWith(".m3u8"));
  const joined = objectKeys.joinedPlaylists(videoId);
  const folders = playlists.map((key) =>
    key.startsWith(joined) ? `${objectKeys.video(videoId)}attempts/` : folderOf(key),
  );
  const stored = templatesIn(params);
  const source = inputs["source"];
  return {
    keys,
    folders: [...new Set([...folders, ...stored])],
    creates: source?.kind === "url" ? source.key : null,
    ...(typeof params["speechPrefix"] === "string" && { speech: params["speechPrefix"] }),
  };
}

/**
 * Whether it is the key of a spoken text of the attempt's workspace: a hash, so that only a worker that knows
 * the text finds it.
 */
export const isSpeech = ({ scope: { speech } }: Pick<OwnAttempt, "scope">, key: string): boolean =>
  speech !== undefined && key.startsWith(speech) && /^[0-9a-f]{64}$/.test(key.slice(speech.length));

/** Folders of the template that a composition is drawn with. */
export function templatesIn(params: object): string[] {
  const { composition } = params as { composition?: { template?: { stored?: { templateId: string } } } };
  const templateId = composition?.template?.stored?.templateId;
  return templateId === undefined ? [] : [objectKeys.template(templateId)];
}

export const prefixOf = ({ id, videoId }: Pick<OwnAttempt, "id" | "videoId">): string =>
  objectKeys.attempt(videoId, id);

/** Whether the attempt may read an object. */
export function mayRead(attempt: Pick<OwnAttempt, "id" | "videoId" | "scope">, key: string): boolean {
  const { keys, folders, creates } = attempt.scope;
  return (
    [prefixOf(attempt), ...folders].some((folder) => key.startsWith(folder)) ||
    keys.includes(key) ||
    key === creates
  );
}
