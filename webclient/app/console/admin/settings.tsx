import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { locale, t } from "../../shared/i18n.ts";
import { Icon } from "../../shared/icons.tsx";
import { Notice } from "../../shared/ui.tsx";
import { Differences } from "./audit.tsx";
import { CannedPart } from "./canned.tsx";
import { SettingForm } from "./form.ts";
import type { AdminHost } from "./host.ts";
import { HoursPart } from "./hourspart.tsx";
import { Choice, Duration, Field, FieldProblem, Loading, Page, Panel, Text, Toggle, Words } from "./parts.tsx";
import { RulesPart } from "./rulespart.tsx";
import { go } from "./route.ts";
import { atLeast, type Routing, type Rule, type Schedule, type Target } from "./types.ts";

const PARTS = ["hours", "routing", "sla", "rules", "canned", "dispositions", "tags", "notifications", "public"] as const;
type Part = (typeof PARTS)[number];

export function SettingsPage({ host, part }: { host: AdminHost; part: string }) {
  const admin = atLeast(host.role.value, "admin");
  // An agent has replies of their own; the rest is an admin's.
  const parts = PARTS.filter((p) => admin || p === "canned");
  const here: Part = parts.find((p) => p === part) ?? parts[0]!;
  return (
    <Page title={t("settings.title")} lead={t(`settings.lead.${here}`)}>
      <nav class="subnav" aria-label={t("settings.title")}>
        {parts.map((p) => (
          <a key={p} href={`#/settings/${p}`} aria-current={p === here ? "page" : undefined} onClick={(e) => (e.preventDefault(), go("settings", p))}>
            {t(`settings.part.${p}`)}
            {unsaved(host, p) && (
              <>
                {" "}
                <span class="unsaved" aria-hidden="true" />
                <span class="sr-only">{t("settings.changed")}</span>
              </>
            )}
          </a>
        ))}
      </nav>
      <Body key={here} host={host} part={here} />
    </Page>
  );
}

function Body({ host, part }: { host: AdminHost; part: Part }) {
  switch (part) {
    case "hours":
      return <Setting<Schedule> host={host} name="hours" standard={{ timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, periods: [], reply: "" }} view={(f) => <HoursPart form={f} />} />;
    case "routing":
      return <Setting<Routing> host={host} name="routing" standard={{}} view={(f) => <RoutingPart form={f} />} />;
    case "sla":
      return <Setting<Routing> host={host} name="routing" standard={{}} view={(f) => <SlaPart form={f} />} />;
    case "rules":
      return <Setting<Rule[]> host={host} name="rules" standard={[]} view={(f) => <RulesPart form={f} />} />;
    case "canned":
      return <CannedPart host={host} />;
    case "dispositions":
    case "tags":
      return (
        <Setting<string[]>
          host={host}
          name={part}
          standard={[]}
          view={(f) => (
            <Panel title={t(`settings.part.${part}`)}>
              <Words label={t(`settings.${part}`)} hint={t("settings.wordsHint")} value={Array.isArray(f.value.value) ? f.value.value : []} onChange={(v) => f.edit(v)} problem={f.problems.value[0]} />
            </Panel>
          )}
        />
      );
    case "notifications":
      return (
        <Setting<Record<string, boolean>>
          host={host}
          name="notifications"
          standard={{}}
          view={(f) => (
            <Panel title={t("settings.part.notifications")}>
              {host.switches.map((s) => (
                <Toggle key={s} label={t(`profile.switch.${s}`)} checked={f.value.value[s] !== false} onChange={(on) => f.edit({ ...f.value.value, [s]: on })} />
              ))}
            </Panel>
          )}
        />
      );
    case "public":
      return <Setting<Public> host={host} name="public" standard={{ enabled: false, link: "" }} view={(f) => <PublicPart form={f} />} />;
  }
}

const forms = new WeakMap<AdminHost, Map<string, SettingForm<never>>>();

/** The form of a setting. What is typed in it outlives a look at another page; parts of one setting share it. */
function formOf<T>(host: AdminHost, name: string, standard: T): SettingForm<T> {
  let all = forms.get(host);
  if (!all) forms.set(host, (all = new Map()));
  let form = all.get(name) as SettingForm<T> | undefined;
  if (!form) all.set(name, (form = new SettingForm<T>(host.rest, name, standard)) as SettingForm<never>);
  return form;
}

const unsaved = (host: AdminHost, part: Part): boolean => forms.get(host)?.get(part === "sla" ? "routing" : part)?.changed.value === true;

/** A setting with what is needed around it: loading, saving, being overtaken. */
function Setting<T>({ host, name, standard, view }: { host: AdminHost; name: string; standard: T; view: (f: SettingForm<T>) => ComponentChildren }) {
  const form = formOf(host, name, standard);
  useEffect(() => {
    if (!form.changed.value) void form.load();
    const leaving = (e: BeforeUnloadEvent) => [...(forms.get(host)?.values() ?? [])].some((f) => f.changed.value) && e.preventDefault();
    addEventListener("beforeunload", leaving);
    return () => removeEventListener("beforeunload", leaving);
  }, []);
  const conflict = form.conflict.value;
  const overtaken = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (conflict) overtaken.current?.scrollIntoView({ block: "center" });
  }, [conflict]);
  if (!form.loaded.value) return <Loading error={form.failed.value} again={() => void form.load()} />;
  const n = form.problems.value.length;
  return (
    <form
      class="stack setting"
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void form.save().then((ok) => host.announcer.say(t(ok ? "admin.saved" : "settings.notSaved")));
      }}
    >
      {view(form)}
      <div ref={overtaken}>
        {conflict && (
          <Notice role="alert">
            <div class="stack tight">
              <b>{t("settings.overtaken", { who: conflict.theirs.by || "?", when: conflict.theirs.at ? new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(conflict.theirs.at) : "" })}</b>
              {conflict.differences.length > 0 && <Differences rows={conflict.differences} />}
              <div class="row wrap">
                <button type="button" class="btn compact" onClick={() => form.takeTheirs()}>
                  {t("settings.takeTheirs")}
                </button>
                <button type="button" class="btn compact" onClick={() => form.keepMine()}>
                  {t("settings.keepMine")}
                </button>
              </div>
            </div>
          </Notice>
        )}
      </div>
      {form.of("") && <FieldProblem problem={form.of("")!} />}
      <div class="save-bar card" data-idle={!form.changed.value && n === 0 && !form.failed.value}>
        <span class="grow small" role="status">
          {form.failed.value ? (
            <span class="field-problem">
              <Icon name="alert" /> {form.failed.value}
            </span>
          ) : n > 0 ? (
            <span class="field-problem">
              <Icon name="alert" /> {t("settings.problems", { count: n })}
            </span>
          ) : form.saved.value ? (
            <span class="row">
              <Icon name="check" /> {t("admin.saved")}
            </span>
          ) : form.changed.value ? (
            t("settings.changed")
          ) : (
            <span class="muted">{t("settings.unchanged")}</span>
          )}
        </span>
        <button type="button" class="btn" disabled={!form.changed.value} onClick={() => form.reset()}>
          {t("settings.reset")}
        </button>
        <button type="submit" class="btn primary" disabled={!form.changed.value || form.saving.value || n > 0 || conflict !== null}>
          {t("admin.save")}
        </button>
      </div>
    </form>
  );
}

const S = 1e9;
const MIN = 60e9;

/** What can be set of routing: its standard, and whether it may be switched off. */
const SPANS: { group: string; fields: [name: string, standard: number, never?: true][] }[] = [
  { group: "offers", fields: [["ring", 20 * S], ["retryAfter", 30 * S], ["targetFor", 30 * S], ["wrapUp", 30 * S, true]] },
  { group: "needs", fields: [["preferredFor", 20 * S, true], ["levelsFor", MIN, true], ["skillsFor", -1, true]] },
  { group: "waiting", fields: [["askEvery", MIN, true], ["expireIn", -1, true], ["ageEvery", 10 * MIN, true], ["afterHours", 30 * MIN, true]] },
  { group: "talk", fields: [["callerSilence", 3 * MIN, true]] },
];

function RoutingPart({ form }: { form: SettingForm<Routing> }) {
  const v = form.value.value;
  const change = (c: Partial<Routing>) => form.edit({ ...v, ...c });
  const num = (name: string, standard: number) => (
    <Field label={t(`settings.routing.${name}`)} problem={form.of(name)}>
      {(a) => <input class="input nums" type="number" min="1" value={String(Number(v[name] ?? 0) || standard)} onInput={(e) => change({ [name]: Number(e.currentTarget.value) })} {...a} />}
    </Field>
  );
  return (
    <>
      <Panel title={t("settings.routing.how")}>
        <div class="pair">
          <Choice label={t("settings.routing.mode")} value={v.mode || "push"} onChange={(mode) => change({ mode })} problem={form.of("mode")} options={[["push", t("settings.routing.push")], ["manual", t("settings.routing.manual")]]} />
          {num("misses", 2)}
        </div>
        <Toggle label={t("settings.routing.byLanguage")} checked={v.byLanguage === true} onChange={(byLanguage) => change({ byLanguage })} />
      </Panel>
      {SPANS.map((g) => (
        <Panel key={g.group} title={t(`settings.routing.group.${g.group}`)}>
          <div class="fields">
            {g.fields.map(([name, standard, never]) => (
              <Duration key={name} label={t(`settings.routing.${name}`)} value={Number(v[name] ?? 0)} standard={standard} never={never} onChange={(ns) => change({ [name]: ns })} problem={form.of(name)} />
            ))}
          </div>
        </Panel>
      ))}
    </>
  );
}

const TARGETS: Target[] = [
  { firstResponse: 30 * S, resolution: 15 * MIN },
  { firstResponse: MIN, resolution: 30 * MIN },
  { firstResponse: 2 * MIN, resolution: 60 * MIN },
  { firstResponse: 5 * MIN, resolution: 120 * MIN },
];

function SlaPart({ form }: { form: SettingForm<Routing> }) {
  const v = form.value.value;
  const given = v.sla?.targets;
  // All zero means the standard ones; a zero beside others means none.
  const standard = !given || given.every((x) => x.firstResponse === 0 && x.resolution === 0);
  const targets = standard ? TARGETS : given.map((x) => ({ firstResponse: x.firstResponse || -1, resolution: x.resolution || -1 }));
  const risk = v.sla?.riskAt || 80;
  const edit = (i: number, c: Partial<Target>) => form.edit({ ...v, sla: { riskAt: risk, targets: targets.map((x, n) => (n === i ? { ...x, ...c } : x)) } });
  return (
    <>
      {targets.map((x, i) => (
        <Panel key={i} title={t(`settings.sla.p${i + 1}`)}>
          <div class="fields">
            <Duration label={t("sla.firstResponse")} value={x.firstResponse} standard={TARGETS[i]!.firstResponse} never onChange={(ns) => edit(i, { firstResponse: ns })} problem={form.of(`sla.targets[${i}].firstResponse`)} />
            <Duration label={t("sla.resolution")} value={x.resolution} standard={TARGETS[i]!.resolution} never onChange={(ns) => edit(i, { resolution: ns })} problem={form.of(`sla.targets[${i}].resolution`)} />
          </div>
        </Panel>
      ))}
      <Panel title={t("settings.sla.warning")}>
        <Field label={t("settings.sla.riskAt")} hint={t("settings.sla.riskAtHint")} problem={form.of("sla.riskAt")}>
          {(a) => <input class="input nums short" type="number" min="1" max="99" value={String(risk)} onInput={(e) => form.edit({ ...v, sla: { targets, riskAt: Number(e.currentTarget.value) } })} {...a} />}
        </Field>
      </Panel>
    </>
  );
}

interface Public {
  enabled: boolean;
  link: string;
  /** At a time; absent: 10. */
  calls?: number;
}

function PublicPart({ form }: { form: SettingForm<Public> }) {
  const v = form.value.value;
  const [copied, setCopied] = useState(false);
  const made = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const address = `${location.origin}/try/${encodeURIComponent(v.link)}`;
  return (
    <Panel title={t("settings.part.public")}>
      <Toggle label={t("settings.public.enabled")} checked={v.enabled} onChange={(enabled) => form.edit({ ...v, enabled, link: v.link || made() })} />
      <Text label={t("settings.public.link")} hint={t("settings.public.hint")} value={v.link} onInput={(link) => form.edit({ ...v, link })} problem={form.of("link")} dir="ltr" autocomplete="off" />
      <div class="row wrap">
        <button type="button" class="btn compact" onClick={() => form.edit({ ...v, link: made() })}>
          {t("settings.public.make")}
        </button>
        {v.enabled && v.link !== "" && !form.changed.value && (
          <>
            <button
              type="button"
              class="btn compact"
              onClick={() =>
                void navigator.clipboard.writeText(address).then(
                  () => setCopied(true),
                  () => setCopied(false),
                )
              }
            >
              <Icon name={copied ? "check" : "copy"} /> {t("settings.public.copy")}
            </button>
            <span class="small muted" role="status">
              {copied ? t("settings.public.copied") : ""}
            </span>
            <a class="public-link" href={address} target="_blank" rel="noreferrer" dir="ltr">
              {address}
            </a>
          </>
        )}
      </div>
      <Field label={t("settings.public.calls")} hint={t("settings.public.callsHint")} problem={form.of("calls")}>
        {(a) => <input class="input nums short" type="number" min="1" max="1000" value={v.calls ?? 10} onInput={(e) => form.edit({ ...v, calls: Number(e.currentTarget.value) || undefined })} {...a} />}
      </Field>
    </Panel>
  );
}
