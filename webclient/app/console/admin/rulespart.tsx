import { useState } from "preact/hooks";
import { t } from "../../shared/i18n.ts";
import { Icon } from "../../shared/icons.tsx";
import type { SettingForm } from "./form.ts";
import { Area, Choice, FieldProblem, IconButton, Panel, Text, Words } from "./parts.tsx";
import type { Rule } from "./types.ts";

/** "plan = gold, silver" a line; what is no such line is kept out. Pure. */
export function parseMeta(text: string): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const line of text.split("\n")) {
    const [name, ...rest] = line.split("=");
    const values = rest.join("=").split(",").map((v) => v.trim()).filter(Boolean);
    if (name?.trim() && rest.length > 0) out[name.trim()] = values;
  }
  return out;
}

export const formatMeta = (m: Record<string, string[]> | undefined): string => Object.entries(m ?? {}).map(([k, v]) => `${k} = ${v.join(", ")}`).join("\n");

export function RulesPart({ form }: { form: SettingForm<Rule[]> }) {
  const rules = form.value.value;
  const set = (i: number, c: Partial<Rule>) => form.edit(rules.map((r, n) => (n === i ? { ...r, ...c } : r)));
  const move = (i: number, by: 1 | -1) => {
    const next = [...rules];
    [next[i], next[i + by]] = [next[i + by]!, next[i]!];
    form.edit(next);
  };
  const all = form.problems.value.find((p) => p.field === "rules");
  return (
    <>
      <p class="muted">{t("settings.rules.first")}</p>
      {rules.map((r, i) => {
        const of = (f: string) => form.of(`rules[${i}].${f}`);
        return (
          <Panel
            key={i}
            title={r.name || t("settings.rules.nth", { nth: i + 1 })}
            actions={
              <>
                <IconButton icon="up" name={t("settings.rules.up", { nth: i + 1 })} disabled={i === 0} onClick={() => move(i, -1)} />
                <IconButton icon="down" name={t("settings.rules.down", { nth: i + 1 })} disabled={i === rules.length - 1} onClick={() => move(i, 1)} />
                <IconButton icon="close" name={t("settings.rules.remove", { nth: i + 1 })} onClick={() => form.edit(rules.filter((_, n) => n !== i))} />
              </>
            }
          >
            <div class="pair">
              <Text label={t("settings.rules.name")} value={r.name} onInput={(name) => set(i, { name })} problem={of("name")} maxLength={200} />
              <Choice label={t("settings.rules.priority")} value={String(r.priority)} onChange={(p) => set(i, { priority: Number(p) })} problem={of("priority")} options={[1, 2, 3, 4].map((p) => [String(p), t(`settings.sla.p${p}`)] as const)} />
            </div>
            <div class="fields">
              {(["words", "segments", "reasons", "languages"] as const).map((k) => (
                <Words key={k} label={t(`settings.rules.${k}`)} value={r[k] ?? []} onChange={(v) => set(i, { [k]: v.length > 0 ? v : undefined })} problem={of(k)} />
              ))}
            </div>
            <Meta value={r.meta} onChange={(meta) => set(i, { meta })} problem={of("meta") ?? form.problems.value.find((p) => p.field.startsWith(`rules[${i}].meta.`))} />
          </Panel>
        );
      })}
      {all && <FieldProblem problem={all} />}
      <div>
        <button type="button" class="btn" onClick={() => form.edit([...rules, { name: "", priority: 1 }])}>
          <Icon name="list" /> {t("settings.rules.add")}
        </button>
      </div>
    </>
  );
}

function Meta({ value, onChange, problem }: { value: Rule["meta"]; onChange: (v: Rule["meta"]) => void; problem?: { field: string; code: string; message: string } }) {
  // What is typed stays as it is until one leaves the field: half a line is none yet.
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Area
      label={t("settings.rules.meta")}
      hint={t("settings.rules.metaHint")}
      rows={2}
      value={typed ?? formatMeta(value)}
      problem={problem}
      onBlur={() => setTyped(null)}
      onInput={(text) => {
        setTyped(text);
        const m = parseMeta(text);
        onChange(Object.keys(m).length > 0 ? m : undefined);
      }}
    />
  );
}
