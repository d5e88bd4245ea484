// Details of a row beside the table (over it on narrow screens). Not modal: the table stays usable; Esc closes, and focus returns to the row.
import { useEffect, useRef, type ReactNode } from "react";
import { useSpeech } from "../i18n/context.tsx";
import { IconButton } from "./button.tsx";

export function SidePanel({
  title,
  onClose,
  children,
}: {
  readonly title: ReactNode;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useSpeech();
  const panel = useRef<HTMLElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const before = document.activeElement;
    const element = panel.current;
    element?.focus({ preventScroll: true });
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("[role=dialog]")) return;
      event.preventDefault();
      close.current();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      if (
        before instanceof HTMLElement &&
        before.isConnected &&
        (element?.contains(document.activeElement) || document.activeElement === document.body)
      ) {
        before.focus({ preventScroll: true });
      }
    };
  }, []);
  return (
    <aside className="panel" aria-label={t("common.details")} tabIndex={-1} ref={panel}>
      <header className="panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={t("common.close")} onClick={onClose} />
      </header>
      {children}
    </aside>
  );
}

/** A list of names and values; values that are absent are left out. */
export function Facts({ items }: { readonly items: readonly (readonly [label: string, value: ReactNode] | undefined | false)[] }) {
  return (
    <dl className="facts">
      {items.map(
        (item) =>
          item &&
          item[1] !== undefined && (
            <div key={item[0]} className="contents">
              <dt>{item[0]}</dt>
              <dd>{item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
