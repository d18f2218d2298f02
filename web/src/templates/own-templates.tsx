import { useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import { Link } from "wouter";
import { DeleteTemplateDocument, type OwnTemplateFragment, OwnTemplatesDocument } from "../api/index.ts";
import { templateWords } from "../format/index.ts";
import { routes } from "../routes.ts";
import { useSession } from "../session/index.ts";
import { Ago, Badge, Confirm, FailureText, Pending, TrashIcon, useAction } from "../ui/index.ts";
import { AddTemplate } from "./add-template.tsx";

/** Polling interval in milliseconds while a version is checked: the event log contains videos only. */
const POLL_MS = 1_000;

/** The workspace's own templates with all their versions, and the way to another one. */
export function OwnTemplates({ onChange }: { onChange: () => void }) {
  const canWrite = useSession().can("WRITE");
  const { data, error, refetch, startPolling, stopPolling } = useQuery(OwnTemplatesDocument);
  const own = data?.ownTemplates;
  const isChecking = own?.some(({ status }) => status === "CHECKING") ?? false;
  useEffect(() => {
    if (isChecking) startPolling(POLL_MS);
    else stopPolling();
  }, [isChecking, startPolling, stopPolling]);
  const ready = own?.filter(({ status }) => status === "READY").length ?? 0;
  // A version that became READY belongs into the gallery, and a deleted one no longer.
  useEffect(onChange, [onChange, ready]);
  const reload = useCallback(() => void refetch().catch(() => undefined), [refetch]);
  if (!canWrite && own?.length === 0) return null;
  const groups = Map.groupBy(own ?? [], ({ name }) => name);
  return (
    <section className="card stack own-templates" aria-label="Your templates">
      <h2>Your templates</h2>
      {canWrite && <AddTemplate onChange={reload} />}
      {!own ? (
        <Pending what="your templates" error={error} rows={2} onRetry={refetch} />
      ) : own.length === 0 ? (
        <p className="muted">
          None yet. A template is a folder with HTML, CSS and a <code>template.json</code>. Each upload with
          another version number adds a version.
        </p>
      ) : (
        <ul className="own-list" aria-label="Your templates and their versions">
          {[...groups].map(([name, versions]) => (
            <Versions key={name} {...{ name, versions, canWrite }} onDeleted={reload} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface VersionsProps {
  name: string;
  /** The newest first. */
  versions: readonly OwnTemplateFragment[];
  canWrite: boolean;
  onDeleted: () => void;
}

function Versions({ name, versions, canWrite, onDeleted }: VersionsProps) {
  const { act, isBusy } = useAction();
  const [asked, setAsked] = useState<OwnTemplateFragment | null>(null);
  const isUsable = versions.some(({ status }) => status === "READY");
  const title = versions.find(({ status }) => status === "READY")?.title ?? versions[0]?.title ?? name;
  const remove = async (version: number) => {
    const done = `Version ${version} of ${title} was deleted.`;
    if (await act(DeleteTemplateDocument, { name, version }, done)) onDeleted();
  };
  return (
    <li>
      <h3>
        {isUsable ? <Link href={routes.template(name)}>{title}</Link> : title}{" "}
        <code className="muted small">{name}</code>
      </h3>
      <ul>
        {versions.map((one) => (
          <li key={one.version} className="own-version">
            <span>Version {one.version}</span>
            <Badge word={templateWords[one.status]} />
            <span className="muted small">{one.createdAt !== null && <Ago at={one.createdAt} />}</span>
            {canWrite && (
              <button
                type="button"
                className="button small icon-only"
                aria-label={`Delete version ${one.version} of ${title}`}
                disabled={isBusy}
                onClick={() => setAsked(one)}
              >
                <TrashIcon />
              </button>
            )}
            <Issues template={one} />
          </li>
        ))}
      </ul>
      {asked && (
        <Confirm
          title="Delete this version?"
          action="Delete the version"
          onConfirm={() => void remove(asked.version)}
          onClose={() => setAsked(null)}
        >
          <p>
            <strong>
              {title}, version {asked.version}
            </strong>
            , will be deleted. Finished videos stay as they are, and can no longer be drawn again. This can’t
            be undone.
          </p>
        </Confirm>
      )}
    </li>
  );
}

/** The message without the path that it begins with. Pure. */
const withoutPath = (message: string, path: string): string =>
  path !== "" && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;

/** What the check of a version found, with the file or the field of each problem. */
function Issues({ template: { issues, error } }: { template: OwnTemplateFragment }) {
  if (issues.length === 0 && error === null) return null;
  return (
    <div className="own-issues">
      {error && <FailureText failure={error} />}
      {issues.length > 0 && (
        <ul aria-label="Issues">
          {issues.map(({ severity, code, path, message }) => (
            <li key={`${code} ${path} ${message}`} className={severity === "ERROR" ? "bad" : "waiting"}>
              {path !== "" && <code>{path}</code>} {withoutPath(message, path)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
