// The button below a list that loads its next page, where there is one.
import type { ReactNode } from "react";
import { useSpeech } from "../i18n/context.tsx";

/** What is needed of a query of pages. */
interface Pages {
  readonly hasNextPage: boolean;
  readonly fetchNextPage: () => Promise<unknown>;
}

/** Loads more rows; `children` stand beside the button. */
export function More({ list, children }: { readonly list: Pages; readonly children?: ReactNode }) {
  const { t } = useSpeech();
  if (!list.hasNextPage) {
    return null;
  }
  return (
    <p className="more">
      <button
        className="btn"
        type="button"
        onClick={() => {
          void list.fetchNextPage();
        }}
      >
        {t("list.more")}
      </button>
      {children}
    </p>
  );
}
