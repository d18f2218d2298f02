import { type FormEvent, useId, useState } from "react";
import { type ApiKeyScope, CreateApiKeyDocument } from "../api/documents.ts";
import { useSession } from "../session/session.tsx";
import { Command } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useAction } from "../ui/use-action.ts";

const scopes: readonly { value: ApiKeyScope; text: string; hint: string }[] = [
  { value: "READ", text: "Read", hint: "Read everything in this workspace. For front ends." },
  { value: "WRITE", text: "Write", hint: "Also create, change, cancel, retry and delete. For a CMS." },
  { value: "ADMIN", text: "Admin", hint: "Also manage API keys, webhooks and the queue." },
];

const day = 86_400_000;
const spans = [
  { text: "Never", days: 0 },
  { text: "In 30 days", days: 30 },
  { text: "In 90 days", days: 90 },
  { text: "In a year", days: 365 },
];

/** Makes a key, and shows its secret the only time that it is seen. */
export function CreateKeyDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<ApiKeyScope>("READ");
  const [isOperator, setIsOperator] = useState(false);
  const [days, setDays] = useState(0);
  const [secret, setSecret] = useState<string | null>(null);
  const { act, isBusy } = useAction();
  const mayMakeOperators = useSession().can("OPERATOR");
  const [nameId, endId, groupName] = [useId(), useId(), useId()];
  const create = async (event: FormEvent) => {
    event.preventDefault();
    const expiresAt = days === 0 ? null : new Date(Date.now() + days * day).toISOString();
    const scopesOfKey: ApiKeyScope[] = isOperator ? [scope, "OPERATOR"] : [scope];
    const input = { name: name.trim(), scopes: scopesOfKey, expiresAt };
    const data = await act(CreateApiKeyDocument, { input }, null);
    if (data?.createApiKey.__typename !== "CreatedApiKey") return;
    setSecret(data.createApiKey.secret);
    onCreated();
  };
  if (secret !== null) {
    return (
      <Dialog title="Save this key now" onClose={onClose}>
        <p>It is shown only once: Reelay stores only a hash.</p>
        <Command text={secret} />
        <div className="dialog-foot">
          <button type="button" className="button primary" onClick={onClose}>
            I’ve saved it
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void create(event)}>
        <label className="field" htmlFor={nameId}>
          Who uses it
          <input
            id={nameId}
            value={name}
            maxLength={200}
            required
            placeholder="website"
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <fieldset className="choices">
          <legend>Permissions</legend>
          {scopes.map(({ value, text, hint }) => (
            <label key={value} className="check">
              <input
                type="radio"
                name={groupName}
                value={value}
                checked={scope === value}
                onChange={() => setScope(value)}
              />
              <span>
                {text} <span className="muted small">{hint}</span>
              </span>
            </label>
          ))}
          {mayMakeOperators && (
            <label className="check">
              <input
                type="checkbox"
                checked={isOperator}
                onChange={({ currentTarget }) => setIsOperator(currentTarget.checked)}
              />
              <span>
                Operator{" "}
                <span className="muted small">
                  See the workers and command lines that all workspaces share, and set quotas.
                </span>
              </span>
            </label>
          )}
        </fieldset>
        <label className="field" htmlFor={endId}>
          When it ends
          <select
            id={endId}
            value={days}
            onChange={({ currentTarget }) => setDays(Number(currentTarget.value))}
          >
            {spans.map((span) => (
              <option key={span.days} value={span.days}>
                {span.text}
              </option>
            ))}
          </select>
        </label>
        <div className="dialog-foot">
          <button type="submit" className="button primary" disabled={isBusy || name.trim() === ""}>
            Create the key
          </button>
        </div>
      </form>
    </Dialog>
  );
}
