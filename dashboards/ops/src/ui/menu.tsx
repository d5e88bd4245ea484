// Menus of actions that are used seldom, and popovers, behind a button. Their code is loaded at the first press.
import { lazy, Suspense, useState, type ReactNode } from "react";
import { Icon, type IconName } from "./icons.tsx";

const ShownMenu = lazy(() => import("./aria-menu.tsx"));
const ShownPopover = lazy(() => import("./aria-popover.tsx"));

export interface MenuEntry {
  readonly id: string;
  readonly text: ReactNode;
  readonly icon?: IconName;
  readonly onAction: () => void;
  readonly disabled?: boolean;
}

export interface MenuProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly text?: string;
  readonly entries: readonly MenuEntry[];
}

export interface PopoverProps {
  readonly label: string;
  readonly icon: IconName;
  readonly className: string;
  readonly children: ReactNode;
}

/** The button before its first press; then the real one takes its place, open. */
function Waiting({
  label,
  icon,
  text,
  kind,
  shown,
}: {
  readonly label: string;
  readonly icon: IconName;
  readonly text?: string | undefined;
  readonly kind: "menu" | "dialog";
  readonly shown: ReactNode;
}) {
  const [pressed, setPressed] = useState(false);
  const button = (
    <button
      type="button"
      className={`btn ghost ${text === undefined ? "only" : ""}`}
      aria-label={label}
      title={label}
      aria-haspopup={kind}
      aria-expanded={pressed}
      onClick={() => {
        setPressed(true);
      }}
      onKeyDown={(event) => {
        if (kind !== "menu" || event.key !== "ArrowDown") return;
        event.preventDefault();
        setPressed(true);
      }}
    >
      <Icon name={icon} />
      {text}
    </button>
  );
  return pressed ? <Suspense fallback={button}>{shown}</Suspense> : button;
}

export function Menu(props: MenuProps) {
  const { label, icon = "more", text } = props;
  return <Waiting label={label} icon={icon} text={text} kind="menu" shown={<ShownMenu {...props} />} />;
}

export function PopoverButton(props: PopoverProps) {
  return <Waiting label={props.label} icon={props.icon} kind="dialog" shown={<ShownPopover {...props} />} />;
}
