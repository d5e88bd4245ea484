// One webhook: what is known of it, its job, and its body for those who may see it (which the audit log records).
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { getWebhook, getWebhookBody, retryWebhook } from "../../api/generated/ops.ts";
import type { WebhookDetail } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { jobPath, jobsPath } from "../../shell/navigation.ts";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Count, Moment } from "../../ui/figures.tsx";
import { Region } from "../../ui/query.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Failure } from "../../ui/states.tsx";
import { shownState, StateLabel } from "../../ui/state.tsx";
import { tokensOf } from "../job/json-text.ts";
import { JsonTokens } from "../job/payload-view.tsx";
import { shopName, shortId } from "../jobs/job-columns.tsx";
import { WebhookState } from "./webhooks.tsx";

export function WebhookPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useSpeech();
  const [merchant = "", log = ""] = id.split("/");
  const query = useQuery({ queryKey: ["webhook", merchant, log], queryFn: ({ signal }) => getWebhook(merchant, log, { signal }) });
  return (
    <SidePanel title={query.data ? <bdi>{query.data.webhook.endpoint}</bdi> : t("job.webhook")} onClose={onClose}>
      <Region query={query} rows={5}>
        {(detail) => <Content detail={detail} merchant={merchant} log={log} />}
      </Region>
    </SidePanel>
  );
}

function Content({ detail, merchant, log }: { readonly detail: WebhookDetail; readonly merchant: string; readonly log: string }) {
  const { t, f } = useSpeech();
  const notify = useNotify();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { webhook, job, body_bytes: bytes } = detail;
  const retry = async (reason: string | undefined) => {
    await retryWebhook(merchant, log, reason === undefined ? {} : { reason });
    for (const queryKey of [["webhook", merchant, log], ["webhooks"]]) void queries.invalidateQueries({ queryKey });
  };
  return (
    <>
      <p className="tools">
        <WebhookState status={webhook.status} badge />
        <Action
          icon="retry"
          right="queues:operate"
          blocked={webhook.status === "failed" ? undefined : t("webhook.onlyFailed")}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t("bulk.action.retry")}
        </Action>
      </p>
      {webhook.reason && (
        <p className="mono" lang="en" dir="ltr">
          {webhook.reason}
        </p>
      )}
      <Facts
        items={[
          webhook.shop !== undefined && [
            t("job.shop"),
            <Link key="s" className="link" to={jobsPath(`shop:${shopName(webhook.shop)}`)}>
              <bdi>{webhook.shop}</bdi>
            </Link>,
          ],
          [
            t("webhook.delivery"),
            <bdi key="d" className="mono">
              {webhook.webhook_id}
            </bdi>,
          ],
          [t("webhook.recorded"), <Moment key="r" at={webhook.created_at} ms />],
          webhook.finished_at !== undefined && [t("webhook.finished"), <Moment key="f" at={webhook.finished_at} ms />],
          [t("queue.retries"), <Count key="c" n={webhook.retry_count} />],
          job && [
            t("job.job"),
            <span key="j" className="tools">
              <Link className="link" to={jobPath(job)}>
                <bdi>
                  {job.queue} <span className="mono">{shortId(job.job_id)}</span>
                </bdi>
              </Link>
              <StateLabel state={shownState(job)} />
            </span>,
          ],
          [t("webhook.body"), bytes === 0 ? t("webhook.bodyGone") : f.bytes(bytes)],
        ]}
      />
      {bytes > 0 && <Body merchant={merchant} log={log} />}
      <Confirm
        open={asking}
        onClose={() => {
          setAsking(false);
        }}
        title={t("webhook.retryTitle")}
        confirm={t("bulk.action.retry")}
        onConfirm={retry}
        onDone={() => {
          notify(t("webhook.retried"));
        }}
      >
        {t("webhook.retryEffect")}
      </Confirm>
    </>
  );
}

function Body({ merchant, log }: { readonly merchant: string; readonly log: string }) {
  const { t } = useSpeech();
  const [asked, setAsked] = useState(false);
  const query = useQuery({
    queryKey: ["webhook-body", merchant, log],
    queryFn: ({ signal }) => getWebhookBody(merchant, log, { signal }),
    enabled: asked,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (!asked)
    return (
      <p>
        <Action
          icon="lock"
          right="payload:read"
          onClick={() => {
            setAsked(true);
          }}
        >
          {t("webhook.showBody")}
        </Action>
      </p>
    );
  if (query.error)
    return (
      <Failure
        error={query.error}
        onRetry={() => {
          void query.refetch();
        }}
        compact
      />
    );
  if (!query.data) return null;
  return (
    <>
      <pre className="payload" tabIndex={0} role="group" aria-label={t("webhook.body")}>
        <JsonTokens tokens={tokensOf(query.data.json)} />
      </pre>
      {query.data.truncated && <p className="muted">{t("webhook.truncated")}</p>}
    </>
  );
}
