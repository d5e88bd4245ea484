// The menu of saved filters, and the dialog that saves one.
import { useId, useState } from "react";
import { useSavedFilters } from "../filter/saved.ts";
import { useSpeech } from "../i18n/context.tsx";
import { useNotify } from "./announce.tsx";
import { IconButton } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { Menu } from "./menu.tsx";

export function SavedFilters({ list, onPick }: { readonly list: string; readonly onPick: (line: string) => void }) {
  const { t } = useSpeech();
  const { saved, remove } = useSavedFilters(list);
  const [managing, setManaging] = useState(false);
  const entries = saved.map(({ name, line }) => ({
    id: name,
    text: name,
    onAction: () => {
      onPick(line);
    },
  }));
  return (
    <>
      <Menu
        label={t("saved.title")}
        icon="save"
        text={t("saved.title")}
        entries={
          entries.length > 0
            ? [
                ...entries,
                {
                  id: "\u0000manage",
                  text: t("saved.manage"),
                  icon: "settings",
                  onAction: () => {
                    setManaging(true);
                  },
                },
              ]
            : [{ id: "none", text: t("saved.none"), onAction: () => undefined, disabled: true }]
        }
      />
      <Dialog
        open={managing}
        onClose={() => {
          setManaging(false);
        }}
        title={t("saved.title")}
      >
        <ul className="rows">
          {saved.map(({ name, line }) => (
            <li key={name}>
              <span>
                <b>{name}</b> <bdi className="mono muted">{line}</bdi>
              </span>
              <IconButton
                icon="trash"
                label={t("saved.delete", { name })}
                onClick={() => {
                  remove(name);
                }}
              />
            </li>
          ))}
        </ul>
        <div className="actions">
          <button
            className="btn"
            type="button"
            onClick={() => {
              setManaging(false);
            }}
          >
            {t("common.close")}
          </button>
        </div>
      </Dialog>
    </>
  );
}

export function SaveFilter({ list, line }: { readonly list: string; readonly line: string }) {
  const { t } = useSpeech();
  const notify = useNotify();
  const { save } = useSavedFilters(list);
  const [open, setOpen] = useState(false);
  const id = useId();
  const submit = (form: FormData) => {
    const field = form.get("name");
    const name = typeof field === "string" ? field.trim().slice(0, 80) : "";
    save(name === "" ? line : name, line);
    notify(t("saved.saved"));
    setOpen(false);
  };
  return (
    <>
      <button
        className="btn"
        type="button"
        aria-disabled={line === "" || undefined}
        title={line === "" ? t("saved.nothing") : undefined}
        onClick={() => {
          if (line !== "") setOpen(true);
        }}
      >
        {t("common.save")}
      </button>
      <Dialog
        open={open}
        onClose={() => {
          setOpen(false);
        }}
        title={t("saved.save")}
      >
        <form
          className="sheet"
          onSubmit={(event) => {
            event.preventDefault();
            submit(new FormData(event.currentTarget));
          }}
        >
          <p>
            <bdi className="mono">{line}</bdi>
          </p>
          <div className="input">
            <label htmlFor={id}>{t("saved.name")}</label>
            <input id={id} name="name" type="text" maxLength={80} autoComplete="off" placeholder={line} />
          </div>
          <p className="muted">{t("saved.here")}</p>
          <div className="actions">
            <button
              className="btn"
              type="button"
              onClick={() => {
                setOpen(false);
              }}
            >
              {t("common.cancel")}
            </button>
            <button className="btn primary" type="submit">
              {t("common.save")}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
