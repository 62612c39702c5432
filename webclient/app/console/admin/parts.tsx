/** Parts that the admin pages are made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { t, tOr } from "../../shared/i18n.ts";
import { Icon, type IconName } from "../../shared/icons.tsx";
import { Notice } from "../../shared/ui.tsx";
import type { Problem } from "./rest.ts";

export function Page({ title, lead, actions, children, wide }: { title: string; lead?: string; actions?: ComponentChildren; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class="page" data-wide={wide}>
      <header class="page-head">
        <div class="grow">
          <h1 tabIndex={-1} data-page-title>
            {title}
          </h1>
          {lead && <p class="muted">{lead}</p>}
        </div>
        {actions && <div class="row wrap">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

export function Panel({ title, children, actions, class: more = "" }: { title: string; children: ComponentChildren; actions?: ComponentChildren; class?: string }) {
  const id = useId();
  return (
    <section class={`card panel ${more}`} aria-labelledby={id}>
      <div class="row wrap panel-head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

export const problemText = (p: Problem): string => tOr(`problem.${p.code}`, p.message);

/** A labelled field whose problem is told where it is. */
export function Field({ label, hint, problem, children }: { label: string; hint?: string; problem?: Problem; children: (a: { id: string; "aria-invalid"?: true; "aria-describedby"?: string }) => ComponentChildren }) {
  const id = useId();
  const told = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div class="field" data-bad={problem ? true : undefined}>
      <label class="label" for={id}>
        {label}
      </label>
      {children({ id, "aria-invalid": problem ? true : undefined, "aria-describedby": told || undefined })}
      {hint && (
        <p class="small muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && <FieldProblem id={`${id}-problem`} problem={problem} />}
    </div>
  );
}

export function FieldProblem({ id, problem }: { id?: string; problem: Problem }) {
  return (
    <p class="field-problem small" id={id} role="alert">
      <Icon name="alert" /> {problemText(problem)}
    </p>
  );
}

export function Text({ label, value, onInput, hint, problem, type = "text", ...rest }: {
  label: string;
  value: string;
  onInput: (v: string) => void;
  hint?: string;
  problem?: Problem;
  type?: "text" | "date" | "search" | "email" | "password";
  autocomplete?: string;
  required?: boolean;
  disabled?: boolean;
  minLength?: number;
  maxLength?: number;
  onBlur?: (e: FocusEvent) => void;
  list?: string;
  dir?: "auto" | "ltr";
  name?: string;
}) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(a) => {
        // The types of an input know which attributes go with which type; here any may come.
        const attributes = { type, dir: "auto", ...rest, ...a } as object;
        return <input class="input" value={value} onInput={(e) => onInput(e.currentTarget.value)} {...attributes} />;
      }}
    </Field>
  );
}

export function Area({ label, value, onInput, hint, problem, rows = 3, onBlur }: { label: string; value: string; onInput: (v: string) => void; hint?: string; problem?: Problem; rows?: number; onBlur?: () => void }) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(a) => <textarea class="input" rows={rows} value={value} onBlur={onBlur} onInput={(e) => onInput(e.currentTarget.value)} dir="auto" {...a} />}
    </Field>
  );
}

export function Choice({ label, value, options, onChange, problem, disabled }: { label: string; value: string; options: readonly (readonly [string, string])[]; onChange: (v: string) => void; problem?: Problem; disabled?: boolean }) {
  return (
    <Field label={label} problem={problem}>
      {(a) => (
        <select class="input" value={value} onChange={(e) => onChange(e.currentTarget.value)} disabled={disabled} {...a}>
          {options.map(([v, text]) => (
            <option key={v} value={v}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Toggle({ label, checked, onChange, hint, disabled }: { label: string; checked: boolean; onChange: (on: boolean) => void; hint?: string; disabled?: boolean }) {
  return (
    <label class="switch toggle">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(e) => onChange(e.currentTarget.checked)} />
      <span>
        {label}
        {hint && <span class="small muted"> {hint}</span>}
      </span>
    </label>
  );
}

/** Words that one adds with Enter and takes away one by one. */
export function Words({ label, value, onChange, hint, problem, placeholder }: { label: string; value: readonly string[]; onChange: (v: string[]) => void; hint?: string; problem?: Problem; placeholder?: string }) {
  const [typed, setTyped] = useState("");
  const add = () => {
    const fresh = typed.split(",").map((w) => w.trim()).filter((w) => w !== "" && !value.includes(w));
    if (fresh.length > 0) onChange([...value, ...fresh]);
    setTyped("");
  };
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(a) => (
        <div class="words">
          {value.map((w) => (
            <span class="word" key={w}>
              <span dir="auto">{w}</span>
              <button type="button" aria-label={t("admin.remove", { what: w })} onClick={() => onChange(value.filter((x) => x !== w))}>
                <Icon name="close" />
              </button>
            </span>
          ))}
          <input
            class="input"
            value={typed}
            placeholder={placeholder ?? t("admin.addWord")}
            onInput={(e) => setTyped(e.currentTarget.value)}
            onBlur={add}
            onKeyDown={(e) => {
              if (e.key !== "Enter") return;
              e.preventDefault();
              add();
            }}
            dir="auto"
            {...a}
          />
        </div>
      )}
    </Field>
  );
}

const UNITS = [["s", 1e9], ["m", 60e9], ["h", 3600e9]] as const;

/** A length of time; nanoseconds outside. Zero is the standard, negative is never. */
export function Duration({ label, value, onChange, standard, never, problem, hint }: { label: string; value: number; onChange: (ns: number) => void; standard: number; never?: boolean; problem?: Problem; hint?: string }) {
  const shown = value === 0 ? standard : value;
  const natural = [...UNITS].reverse().find(([, ns]) => shown > 0 && shown % ns === 0)?.[0] ?? "s";
  const [unit, setUnit] = useState<string>(natural);
  const per = UNITS.find(([u]) => u === unit)![1];
  const none = shown < 0;
  // What is typed stays as it is until one leaves the field; nothing, and zero, which stands for the standard, are no lengths of time.
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && !(Number(typed) > 0);
  return (
    <Field label={label} problem={wrong ? { field: "", code: "positive", message: "" } : problem} hint={hint}>
      {(a) => (
        <div class="duration">
          <input
            class="input nums"
            type="number"
            min="0"
            step="any"
            value={none ? "" : (typed ?? String(shown / per))}
            disabled={none}
            onBlur={() => setTyped(null)}
            onInput={(e) => {
              const n = Number(e.currentTarget.value);
              setTyped(e.currentTarget.value);
              if (n > 0 && Number.isFinite(n)) onChange(Math.round(n * per));
            }}
            {...a}
          />
          <select class="input" value={unit} disabled={none} aria-label={t("admin.unitOf", { what: label })} onChange={(e) => {
              // "9", then "minutes": the number stays what was typed.
              const next = e.currentTarget.value;
              setUnit(next);
              onChange(Math.round((shown / per) * UNITS.find(([u]) => u === next)![1]));
            }}>
            {UNITS.map(([u]) => (
              <option key={u} value={u}>
                {t(`admin.unit.${u}`)}
              </option>
            ))}
          </select>
          {never && (
            <label class="check row small">
              <input type="checkbox" checked={none} onChange={(e) => onChange(e.currentTarget.checked ? -1 : standard > 0 ? standard : 60e9)} />
              {t("admin.never")}
            </label>
          )}
        </div>
      )}
    </Field>
  );
}

/** Loads what a page shows, and again on demand. */
export function useLoad<T>(load: () => Promise<T>, deps: unknown[] = []): { data: T | null; error: string | null; busy: boolean; again: () => void } {
  const [state, set] = useState<{ data: T | null; error: string | null; busy: boolean }>({ data: null, error: null, busy: true });
  const [nth, setNth] = useState(0);
  useEffect(() => {
    let gone = false;
    set((s) => ({ ...s, busy: true }));
    load().then(
      (data) => !gone && set({ data, error: null, busy: false }),
      (e: Error) => !gone && set((s) => ({ data: s.data, error: e.message, busy: false })),
    );
    return () => {
      gone = true;
    };
  }, [...deps, nth]);
  return { ...state, again: () => setNth((n) => n + 1) };
}

export function Loading({ error, again }: { error: string | null; again?: () => void }) {
  return error ? (
    <Notice bad role="alert">
      <div class="row wrap">
        <span class="grow">{error}</span>
        {again && (
          <button type="button" class="btn compact" onClick={again}>
            {t("tryAgain")}
          </button>
        )}
      </div>
    </Notice>
  ) : (
    <p class="muted" role="status">
      {t("admin.loading")}
    </p>
  );
}

/** A column that a phone has no room for: what is in it can be had elsewhere. */
export const WIDE = "wide-only";

/** A table that scrolls by itself where it is too wide. */
export function Table({ label, head, children }: { label: string; head: (string | { text: string; num?: boolean; wide?: boolean })[]; children: ComponentChildren }) {
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            {head.map((h) => {
              const c = typeof h === "string" ? { text: h } : h;
              return (
                <th key={c.text} scope="col" class={[c.num && "num", c.wide && WIDE].filter(Boolean).join(" ") || undefined}>
                  {c.text}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export function IconButton({ icon, name, onClick, danger, disabled }: { icon: IconName; name: string; onClick: () => void; danger?: boolean; disabled?: boolean }) {
  return (
    <button type="button" class={danger ? "btn quiet iconic compact bad" : "btn quiet iconic compact"} aria-label={name} title={name} onClick={onClick} disabled={disabled}>
      <Icon name={icon} />
    </button>
  );
}
