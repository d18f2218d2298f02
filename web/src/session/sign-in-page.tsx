import { type FormEvent, useId, useRef } from "react";
import { Command, Logo } from "../ui/index.ts";

interface SignInPageProps {
  /** Why the last key was not taken. */
  refusal: string | null;
  onKey: (key: string) => void;
}

export function SignInPage({ refusal, onKey }: SignInPageProps) {
  const field = useRef<HTMLInputElement>(null);
  const [fieldId, hintId, refusalId] = [useId(), useId(), useId()];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const key = field.current?.value.trim();
    if (key) onKey(key);
    else field.current?.focus();
  };
  return (
    <main className="lonely sign-in">
      <title>Sign in · Reelay</title>
      <form className="card stack" onSubmit={submit}>
        <h1 className="brand">
          <Logo /> Reelay
        </h1>
        {refusal !== null && (
          <p className="notice bad" role="alert" id={refusalId}>
            {refusal}
          </p>
        )}
        <label className="field" htmlFor={fieldId}>
          API key
          <input
            ref={field}
            id={fieldId}
            type="password"
            autoComplete="current-password"
            spellCheck={false}
            placeholder="rk_…"
            aria-describedby={refusal === null ? hintId : `${refusalId} ${hintId}`}
            aria-invalid={refusal !== null}
            required
          />
        </label>
        <button type="submit" className="button primary">
          Sign in
        </button>
        <div className="hint stack-tight" id={hintId}>
          <p>
            <code>npm start</code> prints an address that signs you in. For a key of your own:
          </p>
          <Command text="npm run api-key -- --workspace default" />
        </div>
      </form>
    </main>
  );
}
