import { useId, useState } from "react";
import { type ApiKeyScope, CreateApiKeyDocument } from "../api/index.ts";
import { useSession } from "../session/index.ts";
import { Check, FormDialog, SecretDialog, Select, TextField, useAction } from "../ui/index.ts";

const scopes: readonly { value: ApiKeyScope; text: string; hint: string }[] = [
  { value: "READ", text: "Read", hint: "Read everything in this workspace. For front ends." },
  { value: "WRITE", text: "Write", hint: "Also create, change, cancel, retry and delete. For a CMS." },
  { value: "ADMIN", text: "Admin", hint: "Also manage API keys, webhooks and the queue." },
];

const DAY_MS = 86_400_000;
/** Lifetimes in days; 0 is unlimited. */
const lifetimes = [
  { text: "Never", value: 0 },
  { text: "In 30 days", value: 30 },
  { text: "In 90 days", value: 90 },
  { text: "In a year", value: 365 },
];

/** Creates a key and shows its secret once. */
export function CreateKeyDialog({ onClose, onCreated }: { onClose: () => void; onCreated: () => void }) {
  const [name, setName] = useState("");
  const [scope, setScope] = useState<ApiKeyScope>("READ");
  const [isOperator, setIsOperator] = useState(false);
  const [days, setDays] = useState(0);
  const [secret, setSecret] = useState<string | null>(null);
  const { act, isBusy } = useAction();
  const canGrantOperator = useSession().can("OPERATOR");
  const group = useId();

  const create = async () => {
    const expiresAt = days === 0 ? null : new Date(Date.now() + days * DAY_MS).toISOString();
    const input = {
      name: name.trim(),
      scopes: isOperator ? [scope, "OPERATOR" as const] : [scope],
      expiresAt,
    };
    const data = await act(CreateApiKeyDocument, { input }, null);
    if (data?.createApiKey.__typename !== "CreatedApiKey") return;
    setSecret(data.createApiKey.secret);
    onCreated();
  };

  if (secret !== null) {
    return (
      <SecretDialog title="Save this key now" secret={secret} onClose={onClose}>
        <p>It is shown only once: Reelay stores only a hash.</p>
      </SecretDialog>
    );
  }
  return (
    <FormDialog
      title="Create an API key"
      action="Create the key"
      isDisabled={isBusy || name.trim() === ""}
      onSubmit={create}
      onClose={onClose}
    >
      <TextField label="Name" value={name} maxLength={200} required placeholder="website" onText={setName} />
      <fieldset className="choices">
        <legend>Permissions</legend>
        {scopes.map(({ value, text, hint }) => (
          <Check key={value} group={group} isOn={scope === value} hint={hint} onCheck={() => setScope(value)}>
            {text}
          </Check>
        ))}
        {canGrantOperator && (
          <Check
            isOn={isOperator}
            hint="See the workers and command lines that all workspaces share, and set quotas."
            onCheck={setIsOperator}
          >
            Operator
          </Check>
        )}
      </fieldset>
      <Select label="Expires" value={days} options={lifetimes} onText={(value) => setDays(Number(value))} />
    </FormDialog>
  );
}
