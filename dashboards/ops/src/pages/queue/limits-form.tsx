// A form of limits, for a queue or a lane: empty takes a limit away, what cannot be a limit is refused at its field.
import { useId, useState } from "react";
import type { Rate } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { changeProblem, ReasonField } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { parseCap, parseRate, parseWeight, writeRate } from "./limits.ts";

export type LimitField =
  | { readonly kind: "cap"; readonly name: string; readonly label: string; readonly value: number | undefined }
  | { readonly kind: "rate"; readonly name: string; readonly label: string; readonly value: Rate | undefined }
  | { readonly kind: "weight"; readonly name: string; readonly label: string; readonly value: number | undefined };

export const limitText = ({ t, f }: Speech, cap: number | undefined): string => (cap === undefined ? t("limit.none") : f.count(cap));

export function rateText({ t, f }: Speech, rate: Rate | undefined): string {
  return rate === undefined ? t("limit.none") : t("limit.rate", { rate: f.rateText(1_000_000 / rate.interval_us), burst: rate.burst });
}

const written = (field: LimitField): string =>
  field.value === undefined ? "" : field.kind === "rate" ? writeRate(field.value) : String(field.value);

function read(field: LimitField, text: string): Rate | number | null | undefined {
  return field.kind === "rate" ? parseRate(text) : field.kind === "cap" ? parseCap(text) : parseWeight(text);
}

interface FormProps {
  readonly title: string;
  readonly fields: readonly LimitField[];
  readonly onClose: () => void;
  /** Gets the fields that changed. */
  readonly onSave: (change: Record<string, Rate | number | string | null>) => Promise<unknown>;
}

export function LimitsForm({ open, ...props }: FormProps & { readonly open: boolean }) {
  return (
    <Dialog open={open} onClose={props.onClose} title={props.title}>
      <Form {...props} />
    </Dialog>
  );
}

function Form({ fields, onClose, onSave }: FormProps) {
  const speech = useSpeech();
  const { t } = speech;
  const [texts, setTexts] = useState(() => Object.fromEntries(fields.map((field) => [field.name, written(field)])));
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string>();
  const [tried, setTried] = useState(false);
  const ids = useId();
  const wrong = (field: LimitField) => read(field, texts[field.name] ?? "") === undefined;
  const submit = async () => {
    setTried(true);
    if (fields.some(wrong)) return;
    const changed = fields.filter((field) => (texts[field.name] ?? "").trim() !== written(field));
    if (changed.length === 0) {
      onClose();
      return;
    }
    const change = Object.fromEntries(changed.map((field) => [field.name, read(field, texts[field.name] ?? "") ?? null]));
    try {
      await onSave({ ...change, ...(reason.trim() !== "" && { reason: reason.trim() }) });
      onClose();
    } catch (error) {
      setProblem(changeProblem(speech, error));
    }
  };
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      {fields.map((field) => {
        const id = `${ids}-${field.name}`;
        const isWrong = tried && wrong(field);
        return (
          <div className="input" key={field.name}>
            <label htmlFor={id}>{field.label}</label>
            <input
              id={id}
              type="text"
              dir="ltr"
              inputMode={field.kind === "rate" ? "text" : "numeric"}
              autoComplete="off"
              value={texts[field.name] ?? ""}
              placeholder={field.kind === "rate" ? "5/s 10" : field.kind === "weight" ? "1" : ""}
              aria-invalid={isWrong}
              aria-describedby={`${id}-hint`}
              onChange={(event) => {
                setTexts({ ...texts, [field.name]: event.target.value });
              }}
            />
            <span id={`${id}-hint`} className={isWrong ? "bad" : "muted"} role={isWrong ? "alert" : undefined}>
              {t(`limit.hint.${field.kind}`)}
            </span>
          </div>
        );
      })}
      <ReasonField id={`${ids}-reason`} value={reason} onChange={setReason} />
      <p className="bad" role="alert">
        {problem}
      </p>
      <div className="actions">
        <button className="btn" type="button" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button className="btn primary" type="submit">
          {t("common.save")}
        </button>
      </div>
    </form>
  );
}
