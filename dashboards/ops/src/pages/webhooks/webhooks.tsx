// Webhooks: deliveries by topic, shop and status; retry one, some, or everything since a time.
import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { listWebhooks } from "../../api/generated/ops.ts";
import type {
  BulkRequest,
  ListWebhooksParams,
  WebhookFilter,
  WebhookRetries,
  WebhookRetry,
  WebhookStatus,
} from "../../api/generated/ops.schemas.ts";
import { withOnly } from "../../filter/edit.ts";
import { parse } from "../../filter/parse.ts";
import { WEBHOOKS } from "../../filter/qualifiers.ts";
import { filterValues, webhookFilterOf } from "../../filter/query.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useStream } from "../../live/context.tsx";
import { Page } from "../../shell/page.tsx";
import { useAnnounce } from "../../ui/announce.tsx";
import { Action, IconButton } from "../../ui/button.tsx";
import { Age, Count, None } from "../../ui/figures.tsx";
import { FilterLine } from "../../ui/filter-line.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { SavedFilters, SaveFilter } from "../../ui/saved-filters.tsx";
import { useSelection } from "../../ui/selection.ts";
import { Empty, Failure, Skeleton } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { More } from "../../ui/more.tsx";
import type { Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { BulkDialog } from "../bulk/bulk-dialog.tsx";
import { shopName } from "../jobs/job-columns.tsx";
import { WebhookPanel } from "./webhook-panel.tsx";

const PAGE_ROWS = 50;

const HUES = { failed: "dead", pending: "waiting", success: "done" } as const satisfies Record<WebhookStatus, string>;

export function WebhookState({ status, badge = false }: { readonly status: WebhookStatus; readonly badge?: boolean }) {
  const { t } = useSpeech();
  return (
    <span className={`state ${badge ? "badge" : ""}`} data-s={HUES[status]}>
      <Glyph name={HUES[status]} />
      <span className="word">{t(`webhook.${status}`)}</span>
    </span>
  );
}

export const webhookKey = (webhook: WebhookRetry): string => `${webhook.merchant_id ?? ""}/${webhook.log_id}`;

function columnsOf({ t }: Speech): readonly Column<WebhookRetry>[] {
  return [
    {
      id: "status",
      header: t("common.state"),
      className: "a-state",
      headClassName: "w-state",
      cell: (webhook) => <WebhookState status={webhook.status} />,
    },
    {
      id: "topic",
      header: t("job.topic"),
      className: "a-job",
      headClassName: "w-job",
      isRowHeader: true,
      cell: (webhook) => <bdi className="name">{webhook.endpoint}</bdi>,
    },
    {
      id: "shop",
      header: t("job.shop"),
      className: "c2",
      headClassName: "c2 w-shop",
      cell: (webhook) => (webhook.shop ? <bdi>{shopName(webhook.shop)}</bdi> : <None />),
    },
    {
      id: "reason",
      header: t("common.detail"),
      className: "a-why",
      cell: (webhook) => (
        <div className="say muted" lang={webhook.reason ? "en" : undefined}>
          {webhook.reason ?? webhook.job_kind ?? ""}
        </div>
      ),
    },
    {
      id: "retries",
      header: t("queue.retries"),
      className: "num c2",
      headClassName: "num w-num c2",
      cell: (webhook) => <Count n={webhook.retry_count} />,
    },
    {
      id: "delivery",
      header: t("webhook.delivery"),
      className: "num c3",
      headClassName: "num w-job c3",
      cell: (webhook) => <bdi className="mono muted">{webhook.webhook_id.slice(0, 18)}</bdi>,
    },
    {
      id: "age",
      header: t("job.age"),
      className: "num a-age",
      headClassName: "num w-age",
      cell: (webhook) => <Age at={webhook.created_at} />,
    },
  ];
}

/** The endpoint takes one value of each; of several, the first is asked for, and the line says so. */
function paramsOf(filter: WebhookFilter): ListWebhooksParams {
  const [topic] = filter.topic ?? [];
  const [shop] = filter.shop ?? [];
  const status = filter.status?.[0] ?? "any";
  return {
    status,
    limit: PAGE_ROWS,
    ...(topic !== undefined && { endpoint: topic }),
    ...(shop !== undefined && { shop }),
    ...(filter.since !== undefined && { since: filter.since }),
    ...(filter.before !== undefined && { before: filter.before }),
    ...(filter.text !== undefined && { text: filter.text }),
  };
}

export default function WebhooksPage() {
  const { t } = useSpeech();
  const [line, setLine] = useParam("q");
  const [open, setOpen] = useParam("open");
  const [bulk, setBulk] = useState<BulkRequest>();
  const stream = useStream();
  const every = useEvery(10_000);
  const terms = useMemo(() => parse(line, WEBHOOKS), [line]);
  const filter = useCallback(() => webhookFilterOf(terms, new Date(stream.serverNow())), [terms, stream]);
  const list = useInfiniteQuery<WebhookRetries, Error, InfiniteData<WebhookRetries>, readonly unknown[], string>({
    queryKey: ["webhooks", line],
    queryFn: ({ pageParam, signal }) => listWebhooks({ ...paramsOf(filter()), ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.retries) ?? [], [list.data]);
  const status = filterValues(terms, "status")[0] ?? "failed";
  const retryAll = () => {
    setBulk({ action: "retry", webhooks: filter() });
  };
  return (
    <Page
      title={t("page.webhooks")}
      sub={t("webhook.sub")}
      tools={
        <>
          <SavedFilters list="webhooks" onPick={setLine} />
          <Action icon="retry" right="queues:operate" onClick={retryAll} blocked={rows.length === 0 ? t("webhook.nothing") : undefined}>
            {t("webhook.retryAll")}
          </Action>
        </>
      }
    >
      <nav className="tabs" aria-label={t("common.state")}>
        {(["failed", "pending", "success", "any"] as const).map((one) => (
          <button
            key={one}
            type="button"
            className="tab"
            aria-current={status === one ? "page" : undefined}
            onClick={() => {
              setLine(withOnly(line, WEBHOOKS, "status", one));
            }}
          >
            {one === "any" ? (
              t("common.all")
            ) : (
              <>
                <Glyph name={HUES[one]} data-s={HUES[one]} />
                {t(`webhook.${one}`)}
              </>
            )}
          </button>
        ))}
      </nav>
      <FilterLine value={line} grammar={WEBHOOKS} onChange={setLine}>
        <SaveFilter list="webhooks" line={line} />
      </FilterLine>
      <div className={open ? "with-panel" : ""}>
        <div>
          {list.isPending && <Skeleton rows={12} />}
          {list.data === undefined && list.error && (
            <Failure
              error={list.error}
              onRetry={() => {
                void list.refetch();
              }}
              title={t("webhook.failedLoad")}
            />
          )}
          {list.data && rows.length === 0 && (
            <Empty
              title={status === "failed" ? t("webhook.noneFailed") : t("webhook.none")}
              tools={
                line && (
                  <button
                    className="btn"
                    type="button"
                    onClick={() => {
                      setLine("");
                    }}
                  >
                    {t("filter.clear")}
                  </button>
                )
              }
            >
              {t("webhook.noneText")}
            </Empty>
          )}
          {rows.length > 0 && (
            <Rows
              rows={rows}
              open={open}
              onOpen={(webhook) => {
                setOpen(webhookKey(webhook), true);
              }}
              onRetry={(chosen) => {
                setBulk({ action: "retry", webhooks: { id: chosen.map((webhook) => webhook.log_id) } });
              }}
              line={line}
            />
          )}
          <More list={list}>
            <span>{t("list.shownSaid", { count: rows.length })}</span>
          </More>
        </div>
        {open && (
          <WebhookPanel
            key={open}
            id={open}
            onClose={() => {
              setOpen("", true);
            }}
          />
        )}
      </div>
      <BulkDialog
        request={bulk}
        line={bulk?.webhooks?.id ? undefined : line}
        onClose={() => {
          setBulk(undefined);
        }}
        onDone={() => {
          void list.refetch();
        }}
      />
    </Page>
  );
}

function Rows({
  rows,
  open,
  onOpen,
  onRetry,
  line,
}: {
  readonly rows: readonly WebhookRetry[];
  readonly open: string;
  readonly onOpen: (webhook: WebhookRetry) => void;
  readonly onRetry: (rows: readonly WebhookRetry[]) => void;
  readonly line: string;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const announce = useAnnounce();
  const columns = useMemo(() => columnsOf(speech), [speech]);
  const selection = useSelection<WebhookRetry>(webhookKey);
  const { clear } = selection;
  const chosen = selection.rows.length;
  useEffect(clear, [line, clear]);
  useEffect(() => {
    if (chosen > 0) announce(t("list.selected", { count: chosen }), "selected");
  }, [chosen, announce, t]);
  return (
    <>
      <LongTable
        label={t("page.webhooks")}
        className="jobs"
        columns={columns}
        rows={rows}
        rowKey={webhookKey}
        selection={selection}
        onOpen={onOpen}
        isCurrent={(webhook) => webhookKey(webhook) === open}
      />
      {chosen > 0 && (
        <div className="bulk" role="toolbar" aria-label={t("jobs.selectionActions")}>
          <p>
            <b className="count">{t("list.selected", { count: chosen })}</b>
          </p>
          <Action
            icon="retry"
            tone="primary"
            right="queues:operate"
            onClick={() => {
              onRetry(selection.rows);
            }}
          >
            {t("bulk.action.retry")}
          </Action>
          <IconButton icon="close" label={t("list.clear")} onClick={clear} />
        </div>
      )}
    </>
  );
}
