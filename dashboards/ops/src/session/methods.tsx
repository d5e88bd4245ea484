// Ways to sign in. One today: the administrator's token. An identity provider becomes a second one, or takes its place.
import { useId, useState, type ReactNode } from "react";
import { signIn } from "../api/generated/ops.ts";
import type { Session } from "../api/generated/ops.schemas.ts";
import { ApiProblem } from "../api/problem.ts";
import { useSpeech } from "../i18n/context.tsx";

export interface SignInMethod {
  readonly kind: string;
  /** Draws what the person has to do, and tells of the session. */
  readonly render: (signedIn: (session: Session) => void) => ReactNode;
}

export const METHODS: readonly SignInMethod[] = [{ kind: "token", render: (signedIn) => <TokenForm signedIn={signedIn} /> }];

function TokenForm({ signedIn }: { readonly signedIn: (session: Session) => void }) {
  const { t } = useSpeech();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const fieldId = useId();
  const errorId = useId();
  const submit = async (form: FormData) => {
    const field = form.get("token");
    const token = typeof field === "string" ? field.trim() : "";
    if (token === "") {
      setProblem(t("signIn.empty"));
      return;
    }
    setBusy(true);
    try {
      signedIn(await signIn({ kind: "token", token }));
    } catch (error) {
      const code = error instanceof ApiProblem ? error.status : 0;
      setProblem(code === 401 ? t("signIn.wrong") : code === 429 ? t("signIn.tooMany") : t("signIn.unavailable"));
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
      noValidate
    >
      <div className="input">
        <label htmlFor={fieldId}>{t("signIn.token")}</label>
        <input
          id={fieldId}
          name="token"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          dir="ltr"
          aria-invalid={problem !== undefined}
          aria-describedby={problem && errorId}
        />
        <p id={errorId} className="bad" role="alert">
          {problem}
        </p>
      </div>
      <button className="btn primary" type="submit" aria-disabled={busy}>
        {t("signIn.submit")}
      </button>
    </form>
  );
}
