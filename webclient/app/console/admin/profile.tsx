import { useEffect, useRef, useState } from "preact/hooks";
import { language, languages, setLanguage, t } from "../../shared/i18n.ts";
import { Icon } from "../../shared/icons.tsx";
import { Avatar, Notice } from "../../shared/ui.tsx";
import type { AdminHost } from "./host.ts";
import { Choice, Loading, Page, Panel, problemText, Text, Toggle, useLoad } from "./parts.tsx";
import { checkPassword, checkWho, useFieldProblems } from "./person.ts";
import { shrink } from "./picture.ts";
import { Sessions } from "./sessions.tsx";
import type { Account, Session } from "./types.ts";

type Me = { account: Account; expiresAt: number };

export function ProfilePage({ host }: { host: AdminHost }) {
  const me = useLoad<Me>(() => host.rest.get("/v1/desk/me"));
  const sessions = useLoad<{ sessions: Session[] }>(() => host.rest.get("/v1/desk/sessions"));
  if (!me.data) return <Page title={t("profile.title")} children={<Loading error={me.error} again={me.again} />} />;
  return (
    <Page title={t("profile.title")} lead={t("profile.lead")}>
      <Who host={host} account={me.data.account} again={me.again} />
      <Panel title={t("profile.preferences")}>
        <Choice label={t("profile.language")} value={language()} onChange={(tag) => void setLanguage(tag)} options={languages().map((l) => [l.tag, l.name] as const)} />
        <fieldset class="stack tight plain">
          <legend class="label">{t("profile.notifications")}</legend>
          {host.switches.map((s) => (
            <Toggle key={s} label={t(`profile.switch.${s}`)} checked={host.prefs.value[s] === true} onChange={(on) => host.set({ [s]: on })} />
          ))}
        </fieldset>
      </Panel>
      <Password host={host} account={me.data.account} />
      <Panel title={t("profile.sessions")}>{sessions.data ? <Sessions host={host} sessions={sessions.data.sessions} again={sessions.again} /> : <Loading error={sessions.error} again={sessions.again} />}</Panel>
    </Page>
  );
}

function Who({ host, account, again }: { host: AdminHost; account: Account; again: () => void }) {
  const [name, setName] = useState(account.name);
  const [email, setEmail] = useState(account.email ?? "");
  const [avatar, setAvatar] = useState(account.avatar);
  const [version, setVersion] = useState(account.version);
  const [failed, setFailed] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const fields = useFieldProblems(checkWho(name, email), problemText);
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setVersion(account.version);
    setAvatar(account.avatar);
  }, [account]);
  const act = async (what: () => Promise<Account>) => {
    setFailed(null);
    setDone(false);
    setBusy(true);
    try {
      const a = await what();
      setVersion(a.version);
      setAvatar(a.avatar);
      host.renamed({ name: a.name, avatar: a.avatar });
      host.announcer.say(t("admin.saved"));
      setDone(true);
      again();
    } catch (e) {
      setFailed(fields.told(e, ["name", "email"]));
    }
    setBusy(false);
  };
  const save = () => act(() => host.rest.post<Account>("/v1/desk/me", { name, email: email || undefined, avatar, version }));
  const upload = (f: File) =>
    act(async () => {
      const image = await shrink(f).catch(() => {
        throw new Error(t("profile.noPicture"));
      });
      return (await host.rest.post<{ account: Account }>("/v1/desk/me/avatar", { image })).account;
    });
  const remove = () => act(() => host.rest.post<Account>("/v1/desk/me", { name: account.name, email: account.email, version }));
  return (
    <Panel title={t("profile.who")}>
      <form
        class="profile-who"
        noValidate
        aria-busy={busy}
        onSubmit={(e) => {
          e.preventDefault();
          if (fields.ready(e.currentTarget)) void save();
        }}
      >
        <div class="stack profile-picture">
          <Avatar who="human" name={name} image={avatar} size="7rem" />
          <input
            ref={file}
            class="sr-only"
            type="file"
            accept="image/*"
            tabIndex={-1}
            aria-label={t("profile.picture")}
            onChange={(e) => {
              const f = e.currentTarget.files?.[0];
              e.currentTarget.value = "";
              if (f) void upload(f);
            }}
          />
          <button type="button" class="btn compact" disabled={busy} onClick={() => file.current?.click()}>
            <Icon name="camera" /> {t("profile.picture")}
          </button>
          {avatar && (
            <button type="button" class="btn quiet compact" disabled={busy} onClick={() => void remove()}>
              {t("profile.removePicture")}
            </button>
          )}
        </div>
        <div class="stack grow">
          <Text label={t("people.name")} hint={t("people.nameHint")} value={name} onInput={(v) => (fields.typed("name"), setDone(false), setName(v))} required autocomplete="name" {...fields.at("name")} />
          <Text label={t("people.email")} type="email" value={email} onInput={(v) => (fields.typed("email"), setDone(false), setEmail(v))} autocomplete="email" dir="ltr" {...fields.at("email")} />
          <p class="small muted">
            {t("profile.known", { identity: account.identity, role: t(`people.roles.${account.role}`) })}
          </p>
          {failed && (
            <Notice bad role="alert">
              {failed}
            </Notice>
          )}
          <div class="row">
            <button type="submit" class="btn primary" disabled={busy}>
              {t("admin.save")}
            </button>
            {done && (
              <span class="small muted row">
                <Icon name="check" /> {t("admin.saved")}
              </span>
            )}
          </div>
        </div>
      </form>
    </Panel>
  );
}

function Password({ host, account }: { host: AdminHost; account: Account }) {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [told, setTold] = useState<{ bad: boolean; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const fields = useFieldProblems([...(current === "" ? [{ field: "current", code: "missing", message: "" }] : []), ...checkPassword(password, account)], problemText);
  const save = async () => {
    setBusy(true);
    setTold(null);
    try {
      await host.rest.post("/v1/desk/me/password", { current, password });
      setCurrent("");
      setPassword("");
      setTold({ bad: false, text: t("profile.passwordChanged") });
    } catch (e) {
      const text = fields.told(e, ["current", "password"]);
      if (text) setTold({ bad: true, text });
    }
    setBusy(false);
  };
  return (
    <Panel title={t("profile.password")}>
      <form
        class="stack"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (fields.ready(e.currentTarget)) void save();
        }}
      >
        {/* So that a password manager knows whose it is. */}
        <input type="text" name="username" autocomplete="username" value={account.identity} readOnly hidden />
        <div class="pair">
          <Text label={t("profile.current")} type="password" value={current} onInput={(v) => (fields.typed("current"), setCurrent(v))} required autocomplete="current-password" {...fields.at("current")} />
          <Text label={t("people.newPassword")} hint={t("people.passwordHint")} type="password" value={password} onInput={(v) => (fields.typed("password"), setPassword(v))} required minLength={10} autocomplete="new-password" {...fields.at("password")} />
        </div>
        {told && (
          <Notice bad={told.bad} who="human" icon={told.bad ? "alert" : "check"} role={told.bad ? "alert" : "status"}>
            {told.text}
          </Notice>
        )}
        <div>
          <button type="submit" class="btn" disabled={busy}>
            {t("profile.changePassword")}
          </button>
        </div>
      </form>
    </Panel>
  );
}
