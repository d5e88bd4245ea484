// Choice of the span that figures are about.
import type { SeriesSpan, Span } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { Segmented } from "../../ui/button.tsx";

export const SPANS = ["minute", "hour", "day"] as const satisfies readonly Span[];
export const SERIES_SPANS = ["hour", "day", "week"] as const satisfies readonly SeriesSpan[];

export function SpanChoice({ value, onChange }: { readonly value: Span; readonly onChange: (span: Span) => void }) {
  const { t } = useSpeech();
  const options = SPANS.map((span) => ({ value: span, label: <bdi>{t(`span.${span}`)}</bdi> }));
  return <Segmented label={t("span.label")} value={value} options={options} onChange={onChange} />;
}

export function SeriesSpanChoice({ value, onChange }: { readonly value: SeriesSpan; readonly onChange: (span: SeriesSpan) => void }) {
  const { t } = useSpeech();
  const options = SERIES_SPANS.map((span) => ({ value: span, label: <bdi>{t(`span.${span}`)}</bdi> }));
  return <Segmented label={t("span.label")} value={value} options={options} onChange={onChange} />;
}
