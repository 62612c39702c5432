/** Words for codes of the desk. */
import { known, language, t, tOr } from "../../shared/i18n.ts";

/** Why a human was asked for; what an app wrote itself stays as it is. */
export function reasonName(code: string): string {
  return code === "" ? t("reason.none") : known(`reason.${code}`) ? t(`reason.${code}`) : code;
}

export const actionName = (code: string): string => tOr(`audit.action.${code}`, code);

/** A language's name in the reader's language. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([language()], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
