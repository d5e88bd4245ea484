// Catches what a page throws while it is drawn, or that its code could not be loaded after a deploy; the navigation stays.
import { Component, type ReactNode } from "react";
import { useSpeech } from "../i18n/context.tsx";
import { Failure } from "./states.tsx";

export class PageBoundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    return error ? <PageFailure error={error} /> : this.props.children;
  }
}

function PageFailure({ error }: { readonly error: Error }) {
  const { t } = useSpeech();
  return (
    <>
      <h1 className="sr">{t("failure.page")}</h1>
      <Failure
        error={error}
        title={t("failure.page")}
        onRetry={() => {
          window.location.reload();
        }}
      />
    </>
  );
}
