// Buttons of actions: an action that is not possible now stays visible, and says why.
import { useId, type ButtonHTMLAttributes, type ReactNode, type Ref } from "react";
import type { Right } from "../api/generated/ops.schemas.ts";
import { useSpeech } from "../i18n/context.tsx";
import { useIsOffline } from "../live/context.tsx";
import { useSession } from "../session/context.tsx";
import { Icon, type IconName } from "./icons.tsx";

export interface ActionProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "type" | "children"> {
  readonly icon?: IconName;
  readonly tone?: "primary" | "danger" | "ghost";
  /** The right it needs. */
  readonly right?: Right;
  /** Why it is not possible now; absent: it is. */
  readonly blocked?: string | undefined;
  /** Whether it works without a connection. */
  readonly offline?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

/** Why an action is not possible, if it is not. */
export function useBlocked(right?: Right, blocked?: string, offline = false): string | undefined {
  const { t } = useSpeech();
  const { can } = useSession();
  const isOffline = useIsOffline();
  if (right && !can(right)) return t("common.rightMissing", { right });
  if (isOffline && !offline) return t("common.needsConnection");
  return blocked;
}

/** A button of an action. */
export function Action({ icon, tone, right, blocked, offline, onClick, children, className = "", ref, ...rest }: ActionProps) {
  const reason = useBlocked(right, blocked, offline);
  const reasonId = useId();
  return (
    <>
      <button
        {...rest}
        ref={ref}
        type="button"
        className={`btn ${tone ?? ""} ${className}`}
        aria-disabled={reason !== undefined || undefined}
        aria-describedby={reason ? reasonId : rest["aria-describedby"]}
        title={reason ?? rest.title}
        onClick={(event) => {
          if (reason === undefined) onClick?.(event);
        }}
      >
        {icon && <Icon name={icon} />}
        {children}
      </button>
      {reason && (
        <span id={reasonId} hidden>
          {reason}
        </span>
      )}
    </>
  );
}

/** A button with an icon only, named for those who do not see it. */
export function IconButton({
  icon,
  label,
  ref,
  className = "",
  ...rest
}: { readonly icon: IconName; readonly label: string; readonly ref?: Ref<HTMLButtonElement> } & Omit<
  ButtonHTMLAttributes<HTMLButtonElement>,
  "type" | "children"
>) {
  return (
    <button {...rest} ref={ref} type="button" className={`btn ghost only ${className}`} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}

/** One of a few, all in view. */
export function Segmented<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: ReactNode; readonly name?: string }[];
  readonly onChange: (value: T) => void;
}) {
  const group = useId();
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label key={option.value} title={option.name}>
          <input
            type="radio"
            name={group}
            value={option.value}
            checked={option.value === value}
            aria-label={option.name}
            onChange={() => {
              onChange(option.value);
            }}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
