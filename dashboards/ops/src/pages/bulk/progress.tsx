// How far a bulk operation is: a bar and its numbers.
import type { BulkProgress } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { vars } from "../../ui/figures.tsx";

export const processed = ({ changed, skipped, failed }: BulkProgress): number => changed + skipped + failed;

export function Progress({ progress, label }: { readonly progress: BulkProgress; readonly label: string }) {
  const { t } = useSpeech();
  const done = processed(progress);
  const text = t("common.of", { a: done, b: progress.matched });
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={progress.matched}
      aria-valuenow={done}
      aria-valuetext={text}
    >
      <i style={vars({ "--v": progress.matched > 0 ? Math.min(1, done / progress.matched) : 0 })} />
    </div>
  );
}
