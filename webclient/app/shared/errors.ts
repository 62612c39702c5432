/** What went wrong, in the reader's language where we know it. */
import { ConnectionError, MediaError, RpcError } from "../../sdk/src/index.ts";
import { t, tOr } from "./i18n.ts";

/** Kinds whose words say as much as the server's own. */
const said = new Set(["unauthorized", "forbidden", "tooLarge", "rateLimited", "timeout", "unavailable", "storage", "internal", "gone"]);

export function errorText(e: unknown): string {
  if (e instanceof RpcError) return said.has(e.kind) ? t(`error.rpc.${e.kind}`) : e.message;
  if (e instanceof ConnectionError) return tOr(`error.connection.${e.code}`, e.message);
  if (e instanceof MediaError) return t(`error.media`);
  return (e as Error | null)?.message || t("error.unknown");
}
