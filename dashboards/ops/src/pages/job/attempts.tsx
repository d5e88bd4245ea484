// Every attempt of a job, newest first, with the whole chain of its error.
import type { Attempts as Answer } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { Duration, Moment, None } from "../../ui/figures.tsx";
import { OutcomeLabel } from "../../ui/state.tsx";

export function Attempts({ attempts }: { readonly attempts: Answer }) {
  const { t } = useSpeech();
  return (
    <>
      <div className="bar pad">
        <h2 id="attempts">{t("job.attempts")}</h2>
        <span className="muted">{t("list.newestFirst")}</span>
      </div>
      {attempts.attempts.length === 0 ? (
        <p className="pad muted">{t("job.noAttempts")}</p>
      ) : (
        <table className="attempts" role="table" aria-labelledby="attempts">
          <thead role="rowgroup">
            <tr role="row">
              <th role="columnheader" scope="col" className="num">
                {t("job.number")}
              </th>
              <th role="columnheader" scope="col">
                {t("job.outcome")}
              </th>
              <th role="columnheader" scope="col" className="c2">
                {t("job.worker")}
              </th>
              <th role="columnheader" scope="col" className="c2">
                {t("job.began")}
              </th>
              <th role="columnheader" scope="col" className="num c2">
                {t("job.waited")}
              </th>
              <th role="columnheader" scope="col" className="num">
                {t("job.ran")}
              </th>
              <th role="columnheader" scope="col">
                {t("common.error")}
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {attempts.attempts.map((attempt) => {
              const ran = attempt.finished_at === undefined ? undefined : Date.parse(attempt.finished_at) - Date.parse(attempt.started_at);
              return (
                <tr role="row" key={`${attempt.attempt_id ?? ""}${attempt.started_at}`}>
                  <td role="cell" className="num">
                    {attempt.counted ? <bdi>{attempt.attempt}</bdi> : <None />}
                  </td>
                  <td role="cell">
                    <OutcomeLabel outcome={attempt.outcome} />
                  </td>
                  <td role="cell" className="c2">
                    <bdi className="mono">{attempt.worker}</bdi>
                  </td>
                  <td role="cell" className="c2">
                    <Moment at={attempt.started_at} ms />
                  </td>
                  <td role="cell" className="num c2">
                    <Duration ms={attempt.waited_ms} />
                  </td>
                  <td role="cell" className="num">
                    <Duration ms={ran} />
                  </td>
                  <td role="cell" className="error">
                    {attempt.error_class && <bdi className="class">{attempt.error_class}</bdi>}
                    {attempt.error_chain?.map((cause, index) => (
                      <div key={index} className="mono muted" lang="en" dir="ltr">
                        {index > 0 && "↳ "}
                        {cause}
                      </div>
                    ))}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {attempts.next_cursor !== undefined && <p className="more muted">{t("job.olderAttempts")}</p>}
    </>
  );
}
