// All queues, without anything else.
import { useSpeech } from "../../i18n/context.tsx";
import { Page } from "../../shell/page.tsx";
import { useOption } from "../../ui/url-state.ts";
import { QueueTable } from "./queue-table.tsx";
import { SpanChoice, SPANS } from "./span.tsx";

export default function QueuesPage() {
  const { t } = useSpeech();
  const [span, setSpan] = useOption("span", SPANS, "hour");
  return (
    <Page title={t("page.queues")} tools={<SpanChoice value={span} onChange={setSpan} />}>
      <QueueTable span={span} />
    </Page>
  );
}
