// The dialog itself: react-aria sees to focus, Esc and what is behind; after closing, focus returns to the trigger.
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";
import { AriaLocale } from "./aria-locale.tsx";
import type { DialogProps } from "./dialog.tsx";

export default function ShownDialog({ open, onClose, title, label, className = "", children }: DialogProps) {
  return (
    <AriaLocale>
      <ModalOverlay
        className="scrim"
        isDismissable
        isOpen={open}
        onOpenChange={(isOpen) => {
          if (!isOpen) onClose();
        }}
      >
        <Modal className={`modal ${className}`}>
          <AriaDialog className="dialog" {...(label !== undefined && { "aria-label": label })}>
            {title !== undefined && (
              <Heading slot="title" level={2}>
                {title}
              </Heading>
            )}
            {children}
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    </AriaLocale>
  );
}
