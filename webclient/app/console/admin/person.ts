/** What a form about a person is checked for as one types. The server has the last word, and the same codes. No DOM. */
import { useState } from "preact/hooks";
import { RestError, type Problem } from "./rest.ts";

export const MIN_PASSWORD = 10;
const MAX_NAME = 80;
/** Some browsers do not tell that a button is clicked when a field is left; a click is over by then. */
const CLICK_MS = 200;

const problem = (field: string, code: string): Problem => ({ field, code, message: code });

/** Letters as people count them. */
const length = (s: string): number => [...s].length;

export function checkIdentity(identity: string): Problem[] {
  return identity === "" || identity.length > 128 || /[\s:\p{C}]/u.test(identity) ? [problem("identity", "identity")] : [];
}

export function checkWho(name: string, email: string): Problem[] {
  const out: Problem[] = [];
  if (name.trim() === "" || length(name) > MAX_NAME) out.push(problem("name", "name"));
  if (email !== "" && !/^[^\s@<>",;]+@[^\s@<>",;]+$/.test(email)) out.push(problem("email", "email"));
  return out;
}

export function checkCapacity(capacity: number): Problem[] {
  return Number.isInteger(capacity) && capacity >= 1 && capacity <= 20 ? [] : [problem("capacity", "capacity")];
}

export function checkPassword(password: string, of: { identity: string; name: string; email?: string }): Problem[] {
  const lower = password.toLowerCase();
  if (length(password) < MIN_PASSWORD) return [problem("password", "short")];
  if (new Set(lower).size === 1) return [problem("password", "repeated")];
  if ([of.identity, of.name, of.email ?? ""].some((s) => s !== "" && s.toLowerCase() === lower)) return [problem("password", "own")];
  return [];
}

export interface FieldProblems {
  /** What is to be told at a field. */
  of(field: string): Problem | undefined;
  /** For an input: it is told of when one has left it, and what the server said goes when one types. */
  at(field: string): { problem: Problem | undefined; onBlur: (e: FocusEvent) => void };
  typed(field: string): void;
  /** Tells all there is; whether there is nothing. The first field that is wrong gets the focus. */
  ready(form: HTMLFormElement): boolean;
  /** Takes what the server said; what belongs to no field is given back as a sentence. */
  told(e: unknown, fields: readonly string[]): string | null;
}

/** The problems of a form: those that are known here, once a field was left, and those that the server found. */
export function useFieldProblems(local: Problem[], sentence: (p: Problem) => string): FieldProblems {
  const [left, setLeft] = useState<readonly string[]>([]);
  const [server, setServer] = useState<readonly Problem[]>([]);
  const of = (field: string) => server.find((p) => p.field === field) ?? (left.includes(field) ? local.find((p) => p.field === field) : undefined);
  const typed = (field: string) => server.some((p) => p.field === field) && setServer(server.filter((p) => p.field !== field));
  return {
    of,
    at: (field) => ({
      problem: of(field),
      onBlur(e) {
        // What is told moves what is below it: not away from under a click.
        if ((e.relatedTarget as Element | null)?.closest("button")) return;
        setTimeout(() => setLeft((l) => (l.includes(field) ? l : [...l, field])), CLICK_MS);
      },
    }),
    typed,
    ready(form) {
      setLeft((l) => [...new Set([...l, ...local.map((p) => p.field)])]);
      if (local.length > 0) requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return local.length === 0;
    },
    told(e, fields) {
      if (!(e instanceof RestError)) return (e as Error).message;
      setServer(e.problems.filter((p) => fields.includes(p.field)));
      const rest = e.problems.filter((p) => !fields.includes(p.field));
      if (rest.length > 0) return rest.map(sentence).join(" ");
      return e.problems.length > 0 ? null : e.message;
    },
  };
}
