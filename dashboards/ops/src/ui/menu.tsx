// Menus of actions that are used seldom, behind a button.
import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Icon, type IconName } from "./icons.tsx";

export interface MenuEntry {
  readonly id: string;
  readonly text: ReactNode;
  readonly icon?: IconName;
  readonly onAction: () => void;
  readonly disabled?: boolean;
}

export function Menu({
  label,
  icon = "more",
  text,
  entries,
}: {
  readonly label: string;
  readonly icon?: IconName;
  readonly text?: string;
  readonly entries: readonly MenuEntry[];
}) {
  return (
    <MenuTrigger>
      <Button className={`btn ghost ${text === undefined ? "only" : ""}`} aria-label={label}>
        <Icon name={icon} />
        {text}
      </Button>
      <Popover className="popover" placement="bottom end" offset={4}>
        <AriaMenu className="menu" aria-label={label}>
          {entries.map(({ id, text: entry, icon: entryIcon, onAction, disabled = false }) => (
            <MenuItem
              key={id}
              id={id}
              className="menu-item"
              isDisabled={disabled}
              onAction={onAction}
              textValue={typeof entry === "string" ? entry : id}
            >
              {entryIcon && <Icon name={entryIcon} />}
              {entry}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

/** A popover with anything in it, behind a button. */
export { DialogTrigger } from "react-aria-components/Dialog";
export { Popover } from "react-aria-components/Popover";
export { Dialog as PopoverContent } from "react-aria-components/Dialog";
