// Signing in: why one is here, and the way in.
import { useEffect, useRef } from "react";
import { useSpeech } from "../../i18n/context.tsx";
import { METHODS } from "../../session/methods.tsx";
import { useSessionState, type SignedOutReason } from "../../session/context.tsx";

export function SignInPage({ reason }: { readonly reason: SignedOutReason }) {
  const { t } = useSpeech();
  const { signedIn } = useSessionState();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${t("signIn.title")} · LoyalNest ops`;
    if (reason !== "first") heading.current?.focus();
  }, [t, reason]);
  return (
    <main className="sign-in" id="main">
      <div>
        <p className="brand">
          <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
            <path d="M2 8a8 8 0 0 0 16 0M5.5 8a4.5 4.5 0 0 0 9 0M10 7.5v1" />
          </svg>
          LoyalNest <span>ops</span>
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {t("signIn.title")}
        </h1>
        {reason === "ended" || reason === "idle" ? (
          <p role="status">{t("signIn.ended")}</p>
        ) : reason === "asked" ? (
          <p role="status">{t("signIn.out")}</p>
        ) : (
          <p className="muted">{t("signIn.text")}</p>
        )}
        {METHODS.map((method) => (
          <div key={method.kind}>{method.render(signedIn)}</div>
        ))}
      </div>
    </main>
  );
}
