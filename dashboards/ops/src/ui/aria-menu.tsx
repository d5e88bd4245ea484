// The menu itself: react-aria sees to focus, keys and where it opens.
import { Button } from "react-aria-components/Button";
import { Menu as AriaMenu, MenuItem, MenuTrigger } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { AriaLocale } from "./aria-locale.tsx";
import { Icon } from "./icons.tsx";
import type { MenuProps } from "./menu.tsx";

export default function ShownMenu({ label, icon = "more", text, entries }: MenuProps) {
  return (
    <AriaLocale>
      <MenuTrigger defaultOpen>
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
    </AriaLocale>
  );
}
