import { useState } from "preact/hooks";
import { languages, t } from "../../shared/i18n.ts";
import { Notice, Sheet, Chip } from "../../shared/ui.tsx";
import type { AdminHost } from "./host.ts";
import { Area, Choice, IconButton, Loading, Panel, Text, Toggle, useLoad } from "./parts.tsx";
import { atLeast, type Canned } from "./types.ts";

export function CannedPart({ host }: { host: AdminHost }) {
  const { data, error, again } = useLoad<{ replies: Canned[] }>(() => host.rest.get("/v1/desk/canned"));
  const [edited, setEdited] = useState<Canned | null>(null);
  const [removed, setRemoved] = useState<Canned | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const admin = atLeast(host.role.value, "admin");
  if (!data) return <Loading error={error} again={again} />;
  const remove = async (c: Canned) => {
    try {
      await host.rest.delete(`/v1/desk/canned/${encodeURIComponent(c.id!)}`);
      setFailed(null);
      again();
    } catch (e) {
      setFailed((e as Error).message);
    }
  };
  return (
    <Panel
      title={t("settings.part.canned")}
      actions={
        <button type="button" class="btn primary compact" onClick={() => setEdited({ title: "", text: "", version: 0, shared: admin })}>
          {t("settings.canned.add")}
        </button>
      }
    >
      {failed && <Loading error={failed} />}
      {data.replies.length === 0 && <p class="muted">{t("settings.canned.none")}</p>}
      <ul class="canned">
        {data.replies.map((c) => (
          <li key={c.id} class="row">
            <span class="grow">
              <b dir="auto">{c.title}</b>{" "}
              {c.shared && (
                <Chip who="agent" icon="people">
                  {t("settings.canned.shared")}
                </Chip>
              )}
              <span class="small muted block" dir="auto">
                {c.text}
              </span>
            </span>
            {(admin || !c.shared) && (
              <>
                <IconButton icon="settings" name={t("people.editOf", { name: c.title })} onClick={() => setEdited(c)} />
                <IconButton icon="close" name={t("admin.remove", { what: c.title })} onClick={() => setRemoved(c)} />
              </>
            )}
          </li>
        ))}
      </ul>
      {removed && (
        <Sheet title={t("settings.canned.removeOf", { title: removed.title })} onClose={() => setRemoved(null)}>
          <p dir="auto">{removed.text}</p>
          <div class="row wrap sheet-actions">
            <button type="button" class="btn" onClick={() => setRemoved(null)}>
              {t("admin.cancel")}
            </button>
            <button
              type="button"
              class="btn danger"
              onClick={() => {
                void remove(removed);
                setRemoved(null);
              }}
            >
              {t("settings.canned.remove")}
            </button>
          </div>
        </Sheet>
      )}
      {edited && (
        <CannedSheet
          host={host}
          reply={edited}
          admin={admin}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            again();
          }}
        />
      )}
    </Panel>
  );
}

function CannedSheet({ host, reply, admin, onClose, onDone }: { host: AdminHost; reply: Canned; admin: boolean; onClose: () => void; onDone: () => void }) {
  const [c, set] = useState(reply);
  const [failed, setFailed] = useState<string | null>(null);
  const save = async () => {
    try {
      await host.rest.post("/v1/desk/canned", c);
      onDone();
    } catch (e) {
      setFailed((e as Error).message);
    }
  };
  return (
    <Sheet title={reply.id ? t("people.editOf", { name: reply.title }) : t("settings.canned.add")} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(e) => {
          e.preventDefault();
          void save();
        }}
      >
        <Text label={t("settings.canned.title")} hint={t("settings.canned.titleHint")} value={c.title} onInput={(title) => set({ ...c, title })} required maxLength={100} />
        <Area label={t("settings.canned.text")} value={c.text} onInput={(text) => set({ ...c, text })} rows={4} />
        <Choice label={t("profile.language")} value={c.language ?? ""} onChange={(language) => set({ ...c, language: language || undefined })} options={[["", t("settings.canned.anyLanguage")], ...languages().map((l) => [l.tag, l.name] as const)]} />
        {admin && !reply.id && <Toggle label={t("settings.canned.forAll")} checked={c.shared === true} onChange={(shared) => set({ ...c, shared })} />}
        {failed && (
          <Notice bad role="alert">
            {failed}
          </Notice>
        )}
        <div class="row wrap sheet-actions">
          <button type="button" class="btn" onClick={onClose}>
            {t("admin.cancel")}
          </button>
          <button type="submit" class="btn primary" disabled={c.title.trim() === "" || c.text.trim() === ""}>
            {t("admin.save")}
          </button>
        </div>
      </form>
    </Sheet>
  );
}
