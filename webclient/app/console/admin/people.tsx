import { useState } from "preact/hooks";
import { t } from "../../shared/i18n.ts";
import { Icon } from "../../shared/icons.tsx";
import { Avatar, Chip, Notice, Sheet } from "../../shared/ui.tsx";
import type { AdminHost } from "./host.ts";
import { Choice, Field, FieldProblem, IconButton, Loading, Page, Panel, problemText, Table, Text, Toggle, useLoad, WIDE } from "./parts.tsx";
import { checkCapacity, checkIdentity, checkPassword, checkWho, MIN_PASSWORD, useFieldProblems } from "./person.ts";
import { RestError } from "./rest.ts";
import { Sessions } from "./sessions.tsx";
import { atLeast, ROLES, type Account, type Role, type Session } from "./types.ts";
import { languageName } from "./words.ts";

export function PeoplePage({ host }: { host: AdminHost }) {
  const admin = atLeast(host.role.value, "admin");
  const { data, error, again } = useLoad<{ accounts: Account[] }>(() => host.rest.get("/v1/desk/accounts"));
  const sessions = useLoad<{ sessions: Session[] }>(() => (admin ? host.rest.get("/v1/desk/sessions?all=true") : Promise.resolve({ sessions: [] })), [admin]);
  const [edited, setEdited] = useState<Account | "new" | null>(null);
  const [query, setQuery] = useState("");
  if (!data) return <Page title={t("people.title")} children={<Loading error={error} again={again} />} />;
  const q = query.trim().toLocaleLowerCase();
  const shown = data.accounts.filter((a) => q === "" || [a.identity, a.name, a.email ?? "", ...Object.keys(a.skills ?? {})].some((s) => s.toLocaleLowerCase().includes(q)));
  return (
    <Page
      title={t("people.title")}
      lead={t("people.lead", { count: data.accounts.length })}
      actions={
        admin && (
          <button type="button" class="btn primary" onClick={() => setEdited("new")}>
            <Icon name="person" /> {t("people.add")}
          </button>
        )
      }
    >
      <form class="row wrap filters" onSubmit={(e) => e.preventDefault()}>
        <Text label={t("people.search")} type="search" value={query} onInput={setQuery} />
      </form>
      <Panel title={t("people.accounts")}>
        <Table label={t("people.accounts")} head={[t("people.name"), t("people.role"), { text: t("people.skills"), wide: true }, { text: t("people.languages"), wide: true }, { text: t("people.capacity"), num: true, wide: true }, t("people.do")]}>
          {shown.map((a) => (
            <tr key={a.identity}>
              <th scope="row">
                <span class="row">
                  <Avatar who="human" name={a.name} image={a.avatar} />
                  <span>
                    <span dir="auto">{a.name}</span>
                    <span class="small muted block">
                      <bdi>{a.identity}</bdi>
                    </span>
                  </span>
                </span>
              </th>
              <td>
                <Chip who={a.disabled ? "wait" : a.role === "agent" ? "caller" : "agent"} icon={a.disabled ? "lock" : undefined}>
                  {a.disabled ? t("people.disabled") : t(`people.roles.${a.role}`)}
                </Chip>
              </td>
              <td class={WIDE}>
                <Levels of={a.skills} />
              </td>
              <td class={WIDE}>
                <Levels of={a.languages} name={languageName} />
              </td>
              <td class={`num ${WIDE}`}>{a.capacity}</td>
              <td>{admin && <IconButton icon="settings" name={t("people.editOf", { name: a.name })} onClick={() => setEdited(a)} />}</td>
            </tr>
          ))}
        </Table>
      </Panel>
      {admin && (
        <Panel title={t("people.sessions")}>
          {sessions.data ? <Sessions host={host} sessions={sessions.data.sessions} again={sessions.again} everybody /> : <Loading error={sessions.error} again={sessions.again} />}
        </Panel>
      )}
      {edited && (
        <AccountSheet
          host={host}
          account={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            again();
            sessions.again();
          }}
        />
      )}
    </Page>
  );
}

function Levels({ of, name = (s) => s }: { of?: Record<string, number>; name?: (s: string) => string }) {
  const list = Object.entries(of ?? {});
  if (list.length === 0) return <span class="muted">–</span>;
  return (
    <ul class="levels">
      {list.map(([n, level]) => (
        <li key={n}>
          <bdi>{name(n)}</bdi> <span class="small muted">{t("people.level", { level })}</span>
        </li>
      ))}
    </ul>
  );
}

function AccountSheet({ host, account, onClose, onDone }: { host: AdminHost; account: Account | null; onClose: () => void; onDone: () => void }) {
  const [a, set] = useState<Account>(account ?? { identity: "", name: "", role: "agent", capacity: 1, version: 0 });
  const [password, setPassword] = useState("");
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [overtaken, setOvertaken] = useState(false);
  const fields = useFieldProblems(
    [...(account ? [] : checkIdentity(a.identity.trim())), ...checkWho(a.name, a.email ?? ""), ...checkCapacity(a.capacity), ...(account && !password ? [] : checkPassword(password, a))],
    problemText,
  );
  const change = (c: Partial<Account>) => {
    Object.keys(c).forEach(fields.typed);
    set({ ...a, ...c });
  };
  const self = account?.identity === host.identity.value;
  const theirs = async () => {
    try {
      const now = (await host.rest.get<{ accounts: Account[] }>("/v1/desk/accounts")).accounts.find((x) => x.identity === a.identity);
      if (now) set(now);
      setOvertaken(false);
      setFailed(null);
    } catch (e) {
      setFailed((e as Error).message);
    }
  };
  const save = async () => {
    setBusy(true);
    setFailed(null);
    try {
      const body = { name: a.name, email: a.email || undefined, avatar: a.avatar, role: a.role, skills: a.skills, languages: a.languages, capacity: a.capacity };
      if (!account) await host.rest.post("/v1/desk/accounts", { ...body, identity: a.identity.trim(), password });
      else {
        const path = `/v1/desk/accounts/${encodeURIComponent(account.identity)}`;
        // What has been saved is not saved again where only the password is refused.
        set(await host.rest.post<Account>(path, { ...body, disabled: a.disabled || undefined, version: a.version }));
        if (password) await host.rest.post(`${path}/password`, { password });
      }
      host.announcer.say(t("admin.saved"));
      onDone();
    } catch (e) {
      setOvertaken(e instanceof RestError && e.problems.some((p) => p.code === "overtaken"));
      setFailed(fields.told(e, ["identity", "name", "email", "role", "capacity", "skills", "languages", "password"]));
    }
    setBusy(false);
  };
  return (
    <Sheet title={account ? t("people.editOf", { name: account.name }) : t("people.add")} onClose={onClose}>
      <form
        class="stack"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (fields.ready(e.currentTarget)) void save();
        }}
      >
        {!account && <Text label={t("people.identity")} hint={t("people.identityHint")} value={a.identity} onInput={(identity) => change({ identity })} required maxLength={128} autocomplete="off" dir="ltr" {...fields.at("identity")} />}
        <Text label={t("people.name")} hint={t("people.nameHint")} value={a.name} onInput={(name) => change({ name })} required autocomplete="off" {...fields.at("name")} />
        <Text label={t("people.email")} type="email" value={a.email ?? ""} onInput={(email) => change({ email })} autocomplete="off" dir="ltr" {...fields.at("email")} />
        <div class="pair">
          <Choice label={t("people.role")} value={a.role} onChange={(v) => change({ role: v as Role })} options={ROLES.map((r) => [r, t(`people.roles.${r}`)] as const)} disabled={self} problem={fields.of("role")} />
          <Field label={t("people.capacity")} problem={fields.of("capacity")}>
            {(p) => <input class="input nums" type="number" min="1" max="20" required value={a.capacity || ""} onInput={(e) => change({ capacity: Number(e.currentTarget.value) })} onBlur={fields.at("capacity").onBlur} {...p} />}
          </Field>
        </div>
        <LevelEditor label={t("people.skills")} of={a.skills ?? {}} onChange={(skills) => change({ skills })} placeholder={t("people.skillPlaceholder")} />
        {fields.of("skills") && <FieldProblem problem={fields.of("skills")!} />}
        <LevelEditor label={t("people.languages")} of={a.languages ?? {}} onChange={(languages) => change({ languages })} placeholder={t("people.languagePlaceholder")} name={languageName} />
        {fields.of("languages") && <FieldProblem problem={fields.of("languages")!} />}
        <Text
          label={t(account ? "people.newPassword" : "login.password")}
          hint={t(account ? "people.newPasswordHint" : "people.passwordHint")}
          type="password"
          value={password}
          onInput={(v) => {
            fields.typed("password");
            setPassword(v);
          }}
          required={!account}
          minLength={MIN_PASSWORD}
          autocomplete="new-password"
          {...fields.at("password")}
        />
        {account && !self && <Toggle label={t("people.disable")} hint={t("people.disableHint")} checked={a.disabled ?? false} onChange={(disabled) => change({ disabled })} />}
        {failed && (
          <Notice bad role="alert">
            <div class="row wrap">
              <span class="grow">{failed}</span>
              {overtaken && (
                <button type="button" class="btn compact" onClick={() => void theirs()}>
                  {t("settings.takeTheirs")}
                </button>
              )}
            </div>
          </Notice>
        )}
        <div class="row wrap sheet-actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("admin.cancel")}
          </button>
          <button type="submit" class="btn primary" disabled={busy}>
            {t("admin.save")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}

function LevelEditor({ label, of, onChange, placeholder, name = (s) => s }: { label: string; of: Record<string, number>; onChange: (v: Record<string, number>) => void; placeholder: string; name?: (s: string) => string }) {
  const [typed, setTyped] = useState("");
  const add = () => {
    const n = typed.trim();
    if (n && !(n in of)) onChange({ ...of, [n]: 3 });
    setTyped("");
  };
  return (
    <Field label={label}>
      {(a) => (
        <div class="stack tight">
          {Object.entries(of).map(([n, level]) => (
            <span class="row" key={n}>
              <bdi class="grow">{name(n)}</bdi>
              <select class="input compact" value={String(level)} aria-label={t("people.levelOf", { name: name(n) })} onChange={(e) => onChange({ ...of, [n]: Number(e.currentTarget.value) })}>
                {[1, 2, 3, 4, 5].map((l) => (
                  <option key={l} value={String(l)}>
                    {t(`people.levels.${l}`)}
                  </option>
                ))}
              </select>
              <IconButton
                icon="close"
                name={t("admin.remove", { what: name(n) })}
                onClick={() => {
                  const { [n]: _, ...rest } = of;
                  onChange(rest);
                }}
              />
            </span>
          ))}
          <span class="row">
            <input
              class="input grow"
              value={typed}
              placeholder={placeholder}
              dir="auto"
              onInput={(e) => setTyped(e.currentTarget.value)}
              onKeyDown={(e) => {
                if (e.key !== "Enter") return;
                e.preventDefault();
                add();
              }}
              {...a}
            />
            <button type="button" class="btn compact" onClick={add} disabled={typed.trim() === ""}>
              {t("admin.add")}
            </button>
          </span>
        </div>
      )}
    </Field>
  );
}
