// Dialogs: react-aria sees to focus, Esc and what is behind; after closing, focus returns to the trigger.
import type { ReactNode } from "react";
import { Dialog as AriaDialog } from "react-aria-components/Dialog";
import { Heading } from "react-aria-components/Heading";
import { Modal, ModalOverlay } from "react-aria-components/Modal";

export interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Shown as a heading; with `label` instead, there is none. */
  readonly title?: string;
  readonly label?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Dialog({ open, onClose, title, label, className = "", children }: DialogProps) {
  return (
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
  );
}
