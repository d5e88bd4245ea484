// An address that no page has.
import { Link } from "react-router";
import { useSpeech } from "../i18n/context.tsx";
import { Page } from "../shell/page.tsx";
import { Empty } from "../ui/states.tsx";

export function NotFound() {
  const { t } = useSpeech();
  return (
    <Page title={t("notFound.title")}>
      <Empty
        title={t("notFound.title")}
        tools={
          <Link className="btn" to="/">
            {t("page.overview")}
          </Link>
        }
      >
        {t("notFound.text")}
      </Empty>
    </Page>
  );
}
