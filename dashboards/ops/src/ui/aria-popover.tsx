// The popover itself: anything in it, behind a button.
import { Button } from "react-aria-components/Button";
import { Dialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { AriaLocale } from "./aria-locale.tsx";
import { Icon } from "./icons.tsx";
import type { PopoverProps } from "./menu.tsx";

export default function ShownPopover({ label, icon, className, children }: PopoverProps) {
  return (
    <AriaLocale>
      <DialogTrigger defaultOpen>
        <Button className="btn ghost only" aria-label={label}>
          <Icon name={icon} />
        </Button>
        <Popover className="popover" placement="top start" offset={6}>
          <Dialog className={className} aria-label={label}>
            {children}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </AriaLocale>
  );
}
