// A bulk operation from plan to result: it is counted, shown with a sample, confirmed with its number, and watched. Closing the dialog does not
// stop it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { Link } from "react-router";
import { cancelBulk, confirmBulk, getBulk, planBulk } from "../../api/generated/ops.ts";
import type { Bulk, BulkRequest } from "../../api/generated/ops.schemas.ts";
import { lineOf } from "../../filter/edit.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useAnnounce } from "../../ui/announce.tsx";
import { useBlocked } from "../../ui/button.tsx";
import { changeProblem, ReasonField } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Moment } from "../../ui/figures.tsx";
import { Facts } from "../../ui/side-panel.tsx";
import { Failure } from "../../ui/states.tsx";
import { StateLabel } from "../../ui/state.tsx";
import { processed, Progress } from "./progress.tsx";

/** How often a plan or a running operation is looked at. */
const LOOK_MS = 700;

const isOver = (bulk: Bulk): boolean => ["done", "cancelled", "failed", "expired"].includes(bulk.progress.state);

export function BulkDialog({
  request,
  line,
  onClose,
  onDone,
}: {
  readonly request: BulkRequest | undefined;
  /** The filter as the person wrote it. */
  readonly line?: string | undefined;
  readonly onClose: () => void;
  /** Something was changed. */
  readonly onDone: () => void;
}) {
  const { t } = useSpeech();
  return (
    <Dialog open={request !== undefined} onClose={onClose} title={request ? t(`bulk.title.${request.action}`) : ""}>
      {request && <Steps request={request} line={line} onClose={onClose} onDone={onDone} />}
    </Dialog>
  );
}

function Steps({
  request,
  line,
  onClose,
  onDone,
}: {
  readonly request: BulkRequest;
  readonly line: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const [id, setId] = useState<string>();
  const [failed, setFailed] = useState<Error>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let current = true;
    setFailed(undefined);
    planBulk(request).then(
      ({ bulk }) => {
        if (current) setId(bulk.bulk_id);
      },
      (error: unknown) => {
        if (current) setFailed(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => {
      current = false;
    };
  }, [request, attempt]);
  const bulk = useQuery({
    queryKey: ["bulk", id],
    queryFn: ({ signal }) => getBulk(id ?? "", { signal }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) =>
      state.data && (isOver(state.data.bulk) || state.data.bulk.progress.state === "planned") ? false : LOOK_MS,
  });
  const error = failed ?? (bulk.data === undefined ? bulk.error : null);
  if (error)
    return (
      <Failure
        error={error}
        onRetry={() => {
          setAttempt(attempt + 1);
          void bulk.refetch();
        }}
        compact
      />
    );
  const current = bulk.data?.bulk;
  if (!current || current.progress.state === "counting" || current.progress.state === "planned") {
    return <Plan bulk={current} line={line} request={request} onClose={onClose} />;
  }
  return isOver(current) ? <Result bulk={current} onClose={onClose} onDone={onDone} /> : <Running bulk={current} onClose={onClose} />;
}

function Plan({
  bulk,
  line,
  request,
  onClose,
}: {
  readonly bulk: Bulk | undefined;
  readonly line: string | undefined;
  readonly request: BulkRequest;
  readonly onClose: () => void;
}) {
  const speech = useSpeech();
  const { t, f } = speech;
  const announce = useAnnounce();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const blocked = useBlocked("queues:operate");
  const counting = bulk?.progress.state !== "planned";
  const count = bulk?.progress.matched ?? 0;
  const filter = line ?? ((request.jobs ?? request.webhooks) ? lineOf({ ...(request.jobs ?? request.webhooks) }) : undefined);
  useEffect(() => {
    if (!counting) announce(t("bulk.items", { count }), "bulk");
  }, [counting, count, announce, t]);
  const confirm = async () => {
    if (!bulk || counting || count === 0 || blocked !== undefined) return;
    try {
      const answer = await confirmBulk(bulk.bulk_id, { matched: count, ...(reason.trim() !== "" && { reason: reason.trim() }) });
      queries.setQueryData(["bulk", bulk.bulk_id], answer);
      void queries.invalidateQueries({ queryKey: ["bulk", bulk.bulk_id] });
    } catch (error) {
      setProblem(changeProblem(speech, error));
    }
  };
  const discard = () => {
    if (bulk) void cancelBulk(bulk.bulk_id).catch(() => undefined);
    onClose();
  };
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      <Facts
        items={[
          filter !== undefined && [
            t("filter.label"),
            <bdi key="f" className="mono">
              {filter === "" ? t("common.all") : filter}
            </bdi>,
          ],
          [
            t("bulk.counted"),
            counting ? (
              <span key="c">{t("bulk.counting", { count })}</span>
            ) : (
              <span key="c">
                <b>{t("bulk.items", { count })}</b> {bulk.queues.length > 1 && `${t("page.queues")}: ${f.count(bulk.queues.length)}`} ·{" "}
                <Moment at={bulk.counted_at} />
              </span>
            ),
          ],
          [
            t("bulk.effect"),
            t(`bulk.effectOf.${request.action}`) +
              (bulk?.effect_ms === undefined ? "" : ` ${t("bulk.takes", { time: f.durationText(bulk.effect_ms) })}`),
          ],
          bulk !== undefined &&
            bulk.sample.length > 0 && [
              t("bulk.sample"),
              <bdi key="s" className="mono">
                {f.series(bulk.sample.map((job) => job.job_id.slice(-8)))}
              </bdi>,
            ],
        ]}
      />
      <ReasonField id={id} value={reason} onChange={setReason} />
      <p className="bad" role="alert">
        {problem ?? blocked}
      </p>
      <div className="actions">
        <button className="btn" type="button" onClick={discard}>
          {t("common.cancel")}
        </button>
        <button
          className={`btn ${request.action === "delete" ? "danger" : "primary"}`}
          type="submit"
          aria-disabled={counting || count === 0 || blocked !== undefined || undefined}
        >
          {t(`bulk.confirm.${request.action}`, { count })}
        </button>
      </div>
    </form>
  );
}

function Running({ bulk, onClose }: { readonly bulk: Bulk; readonly onClose: () => void }) {
  const { t } = useSpeech();
  const queries = useQueryClient();
  const stop = () => {
    void cancelBulk(bulk.bulk_id).finally(() => queries.invalidateQueries({ queryKey: ["bulk", bulk.bulk_id] }));
  };
  return (
    <div className="sheet">
      <p>
        <b>{t("common.of", { a: processed(bulk.progress), b: bulk.progress.matched })}</b> {t("bulk.mayClose")}
      </p>
      <Progress progress={bulk.progress} label={t(`bulk.title.${bulk.action}`)} />
      <div className="actions">
        <button className="btn" type="button" onClick={onClose}>
          {t("common.close")}
        </button>
        <button className="btn danger" type="button" onClick={stop}>
          {t("bulk.stop")}
        </button>
      </div>
    </div>
  );
}

function Result({ bulk, onClose, onDone }: { readonly bulk: Bulk; readonly onClose: () => void; readonly onDone: () => void }) {
  const { t } = useSpeech();
  const announce = useAnnounce();
  const { changed, skipped, failed, state } = bulk.progress;
  const text = `${t(`bulk.action.${bulk.action}`)}: ${t("bulk.jobsDone", { count: changed })}`;
  useEffect(() => {
    announce(text, "bulk");
  }, [announce, text]);
  const close = () => {
    onClose();
    onDone();
  };
  return (
    <div className="sheet">
      <p>
        {state === "done" ? <StateLabel state="done" /> : <b>{t(`bulk.state.${state}`)}</b>} <b>{text}</b>{" "}
        {skipped > 0 && t("bulk.skipped", { count: skipped })} {failed > 0 && t("bulk.failed", { count: failed })} {bulk.error}
      </p>
      <p>
        <Link className="link" to={`/bulk?open=${bulk.bulk_id}`} onClick={onClose}>
          {t("bulk.view")}
        </Link>
      </p>
      <div className="actions">
        <button className="btn primary" type="button" onClick={close}>
          {t("common.close")}
        </button>
      </div>
    </div>
  );
}
