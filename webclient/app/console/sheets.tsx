/** The console's dialogs: command palette, whom to pass a call to, notifications. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { PassOn } from "../../sdk/src/index.ts";
import { t } from "../shared/i18n.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, Notice, Sheet } from "../shared/ui.tsx";
import { actions, matching } from "./actions.ts";
import { choices, hasRoom } from "./inbox.ts";
import type { ConsoleModel } from "./model.ts";
import { permission } from "./notify.ts";

export function Sheets({ model }: { model: ConsoleModel }) {
  const close = () => (model.sheet.value = null);
  switch (model.sheet.value) {
    case "palette":
      return <Palette model={model} onClose={close} />;
    case "consult":
    case "transfer":
      return <PassSheet model={model} how={model.sheet.value} onClose={close} />;
    case "notifications":
      return <NotifySheet model={model} onClose={close} />;
    default:
      return null;
  }
}

function Palette({ model, onClose }: { model: ConsoleModel; onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const list = matching(actions(model), query);
  const chosen = Math.min(at, list.length - 1);
  const run = (i: number, typed = query) => {
    const a = typed === query ? list[i] : matching(actions(model), typed)[0];
    if (!a) return;
    onClose();
    // After the dialog has given the focus back: an action may move it.
    queueMicrotask(() => a.run());
  };
  return (
    <Sheet title={t("palette.title")} onClose={onClose}>
      <input
        class="input"
        autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={list[chosen] ? `palette-${chosen}` : undefined}
        aria-label={t("palette.search")}
        placeholder={t("palette.search")}
        value={query}
        dir="auto"
        data-testid="palette"
        onInput={(e) => {
          setQuery(e.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(e) => {
          const by = e.key === "ArrowDown" ? 1 : e.key === "ArrowUp" ? -1 : 0;
          if (by) {
            e.preventDefault();
            const next = (chosen + by + list.length) % Math.max(1, list.length);
            setAt(next);
            document.getElementById(`palette-${next}`)?.scrollIntoView({ block: "nearest" });
          } else if (e.key === "Enter") {
            e.preventDefault();
            // As it reads now: the list may not be drawn yet for who types fast.
            run(chosen, e.currentTarget.value);
          }
        }}
      />
      <ul class="palette" role="listbox" id="palette-list" aria-label={t("palette.title")}>
        {list.map((a, i) => (
          <li key={a.id} id={`palette-${i}`} role="option" aria-selected={i === chosen} onClick={() => run(i)} onMouseMove={() => setAt(i)}>
            <span class="grow" dir="auto">
              {a.label}
            </span>
            {a.keys && <kbd>{a.keys}</kbd>}
          </li>
        ))}
      </ul>
      {list.length === 0 && <p class="muted">{t("palette.none")}</p>}
    </Sheet>
  );
}

function PassSheet({ model, how, onClose }: { model: ConsoleModel; how: "consult" | "transfer"; onClose: () => void }) {
  const [skill, setSkill] = useState("");
  const [language, setLanguage] = useState("");
  const h = model.open.value?.handoff.value;
  const known = choices(model.all.value);
  const busy = useRef(false);
  const people = model.agents.value
    .filter((a) => a.identity !== model.identity.value && a.presence !== "offline")
    .sort((a, b) => Number(hasRoom(b)) - Number(hasRoom(a)) || a.load - b.load);
  const go = async (to: PassOn) => {
    if (!h || busy.current) return;
    busy.current = true;
    if (await model.pass(how, h.id, to)) onClose();
    busy.current = false;
  };
  return (
    <Sheet title={t(`pass.${how}`)} onClose={onClose}>
      <p class="muted">{t(`pass.${how}.what`)}</p>
      {model.problem.value && (
        <Notice bad role="alert">
          {model.problem.value}
        </Notice>
      )}
      <ul class="people pass-people" data-testid="people">
        {people.map((a) => (
          <li key={a.identity} class="person">
            <Avatar who="human" name={a.name ?? a.identity} />
            <span class="grow">
              <b>{a.name ?? a.identity}</b>
              <span class="small muted">
                {t(`presence.${a.presence}`)} · {t("presence.load", { n: a.load, of: a.capacity })}
              </span>
            </span>
            <button type="button" class="btn compact" disabled={!hasRoom(a)} onClick={() => void go({ agent: a.identity })} data-agent={a.identity}>
              {t(`pass.${how}.do`)}
            </button>
          </li>
        ))}
        {people.length === 0 && <li class="muted">{t("pass.nobody")}</li>}
      </ul>
      {(["skills", "languages"] as const).map((what) => (
        <datalist key={what} id={`pass-${what}`}>
          {known[what].map((v) => (
            <option key={v} value={v} />
          ))}
        </datalist>
      ))}
      <form
        class="row wrap pass-skill"
        onSubmit={(e) => {
          e.preventDefault();
          void go({ ...(skill.trim() ? { skills: [{ name: skill.trim() }] } : {}), ...(language.trim() ? { languages: [{ name: language.trim() }] } : {}) });
        }}
      >
        <label class="field grow">
          <span>{t("pass.skill")}</span>
          <input class="input" list="pass-skills" value={skill} onInput={(e) => setSkill(e.currentTarget.value)} dir="auto" />
        </label>
        <label class="field grow">
          <span>{t("pass.language")}</span>
          <input class="input" list="pass-languages" value={language} onInput={(e) => setLanguage(e.currentTarget.value)} dir="ltr" />
        </label>
        <button type="submit" class="btn" disabled={!skill.trim() && !language.trim()}>
          {t("pass.anybody")}
        </button>
      </form>
    </Sheet>
  );
}

function NotifySheet({ model, onClose }: { model: ConsoleModel; onClose: () => void }) {
  const p = model.prefs.value;
  const [allowed, setAllowed] = useState(permission());
  const ask = async () => setAllowed(typeof Notification === "undefined" ? "unsupported" : await Notification.requestPermission());
  const help = useMemo(() => (/Mac/.test(navigator.userAgent) ? "mac" : /Win/.test(navigator.userAgent) ? "windows" : "other"), []);
  const toggle = (key: "sound" | "desktop" | "badge") => (
    <label class="switch">
      <input
        type="checkbox"
        checked={p[key]}
        onChange={(e) => {
          model.set({ [key]: e.currentTarget.checked });
          if (key === "desktop" && e.currentTarget.checked && allowed === "default") void ask();
        }}
      />
      <span>
        {t(`notify.${key}`)} <span class="small muted notify-what">{t(`notify.${key}.what`)}</span>
      </span>
    </label>
  );
  return (
    <Sheet title={t("notify.title")} onClose={onClose}>
      {toggle("sound")}
      {toggle("desktop")}
      {toggle("badge")}
      {p.desktop && allowed !== "granted" && (
        <Notice icon="bellOff">
          <b>{t(`notify.permission.${allowed}`)}</b>
          {allowed === "default" ? (
            <p>
              <button type="button" class="btn compact" onClick={() => void ask()}>
                {t("notify.allow")}
              </button>
            </p>
          ) : allowed === "denied" ? (
            <ol>
              <li>{t("notify.help.1")}</li>
              <li>{t("notify.help.2")}</li>
              <li>{t("notify.help.3")}</li>
            </ol>
          ) : null}
        </Notice>
      )}
      <p class="small muted">{t(`notify.system.${help}`)}</p>
      <p class="small muted">{t("notify.sound.help")}</p>
      <div class="row">
        <button type="button" class="btn" onClick={() => model.notifier.once(t("notify.test"), t("notify.test.body"))}>
          <Icon name="bell" /> {t("notify.try")}
        </button>
      </div>
    </Sheet>
  );
}
