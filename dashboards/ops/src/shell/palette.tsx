// The command palette: problems, pages, queues and actions by name; any other text searches jobs, an id finds its job.
import { useState, type ReactNode } from "react";
import { Autocomplete } from "react-aria-components/Autocomplete";
import { Collection } from "react-aria-components/Collection";
import { Header } from "react-aria-components/Header";
import { Input } from "react-aria-components/Input";
import { Menu, MenuItem, MenuSection } from "react-aria-components/Menu";
import { SearchField } from "react-aria-components/SearchField";
import { useNavigate } from "react-router";
import { isId } from "../filter/parse.ts";
import { useSpeech } from "../i18n/context.tsx";
import { useSnapshot, useStream } from "../live/context.tsx";
import { prefer } from "../prefs/prefs.ts";
import { useSessionState } from "../session/context.tsx";
import Dialog from "../ui/aria-dialog.tsx";
import { Glyph, Icon, type IconName } from "../ui/icons.tsx";
import { jobsPath, PAGES, queuePath } from "./navigation.ts";
import { problemName } from "./problems.tsx";
import { Keys } from "./shortcuts.tsx";

/** Problems and queues that are offered. */
const OFFERED_MAX = 50;

interface Command {
  readonly id: string;
  readonly text: string;
  readonly icon: ReactNode;
  readonly end?: ReactNode;
  readonly run: () => void;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly commands: readonly Command[];
}

export default function Palette({
  open,
  onClose,
  onShortcuts,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onShortcuts: () => void;
}) {
  const { t } = useSpeech();
  return (
    <Dialog open={open} onClose={onClose} label={t("shell.jump")} className="palette">
      <Content onClose={onClose} onShortcuts={onShortcuts} />
    </Dialog>
  );
}

function useSections(text: string, onShortcuts: () => void): Section[] {
  const { t } = useSpeech();
  const navigate = useNavigate();
  const stream = useStream();
  const { leave } = useSessionState();
  const problems = useSnapshot((snapshot) => snapshot.problems) ?? [];
  const queues = useSnapshot((snapshot) => snapshot.queues) ?? [];
  const go = (to: string) => () => {
    void navigate(to);
  };
  const icon = (name: IconName) => <Icon name={name} />;
  const wanted = text.trim();
  const find: Command[] =
    wanted === ""
      ? []
      : [
          {
            id: "find",
            icon: icon("search"),
            run: go(jobsPath(wanted)),
            text: isId(wanted) ? t("palette.openJob", { id: wanted }) : t("palette.findJobs", { text: wanted }),
          },
        ];
  const paused = stream.state().phase === "paused";
  const sections: Section[] = [
    {
      id: "problems",
      title: t("palette.problems"),
      commands: problems
        .slice(0, OFFERED_MAX)
        .map((problem) => ({
          id: `p-${problem.id}`,
          text: `${problemName(problem)}: ${t(`problemKind.${problem.kind}`)}`,
          icon: <Glyph name={problem.severity} data-severity={problem.severity} />,
          run: go(problem.queue ? queuePath(problem.queue) : problem.partner ? "/circuits" : problem.worker ? "/workers" : "/"),
        })),
    },
    {
      id: "go",
      title: t("palette.goTo"),
      commands: [
        ...PAGES.map((page) => ({
          id: `g-${page.path}`,
          text: t(page.text),
          icon: icon(page.icon),
          end: <Keys keys={`g ${page.key}`} />,
          run: go(page.path),
        })),
        ...queues
          .slice(0, OFFERED_MAX)
          .map(({ queue }) => ({ id: `q-${queue}`, text: queue, icon: icon("queues"), run: go(queuePath(queue)) })),
      ],
    },
    {
      id: "actions",
      title: t("palette.actions"),
      commands: [
        {
          id: "live",
          text: paused ? t("common.resume") : t("live.pause"),
          icon: icon(paused ? "play" : "pause"),
          end: <Keys keys="l" />,
          run: () => {
            if (paused) stream.resume();
            else stream.pause();
          },
        },
        { id: "keys", text: t("keys.title"), icon: icon("menu"), end: <Keys keys="?" />, run: onShortcuts },
        {
          id: "dark",
          text: t("settings.dark"),
          icon: icon("moon"),
          run: () => {
            prefer("theme", "dark");
          },
        },
        {
          id: "light",
          text: t("settings.light"),
          icon: icon("sun"),
          run: () => {
            prefer("theme", "light");
          },
        },
        {
          id: "leave",
          text: t("session.signOut"),
          icon: icon("leave"),
          run: () => {
            void leave();
          },
        },
      ],
    },
  ];
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (command: Command) => words.every((word) => command.text.toLowerCase().includes(word));
  const found = sections
    .map((section) => ({ ...section, commands: section.commands.filter(fits) }))
    .filter((section) => section.commands.length > 0);
  if (find.length === 0) return found;
  const search = { id: "find", title: t("page.jobs"), commands: find };
  return isId(wanted) ? [search, ...found] : [...found, search];
}

function Content({ onClose, onShortcuts }: { readonly onClose: () => void; readonly onShortcuts: () => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState("");
  const sections = useSections(text, onShortcuts);
  const run = (key: string | number) => {
    const command = sections.flatMap((section) => section.commands).find((one) => one.id === key);
    onClose();
    command?.run();
  };
  return (
    <Autocomplete inputValue={text} onInputChange={setText} disableVirtualFocus={false}>
      <SearchField aria-label={t("shell.jump")} autoFocus>
        <Input placeholder={t("palette.placeholder")} spellCheck={false} autoComplete="off" />
      </SearchField>
      <div className="palette-list" tabIndex={0} role="group" aria-label={t("palette.results")}>
        <Menu aria-label={t("palette.results")} items={sections} onAction={run}>
          {(section) => (
            <MenuSection id={`section-${section.id}`}>
              <Header className="group">{section.title}</Header>
              <Collection items={section.commands}>
                {(command) => (
                  <MenuItem id={command.id} textValue={command.text} className="palette-item">
                    {command.icon}
                    <span>{command.text}</span>
                    {command.end && <span className="keys-end">{command.end}</span>}
                  </MenuItem>
                )}
              </Collection>
            </MenuSection>
          )}
        </Menu>
      </div>
    </Autocomplete>
  );
}
