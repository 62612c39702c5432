import type { Participant } from "../../sdk/src/index.ts";
import { timeOfDay } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, useFrames, Video } from "../shared/ui.tsx";
import { when } from "./lists.tsx";
import { CopilotSection } from "./copilot.tsx";
import { useRef, useState } from "preact/hooks";
import { t } from "../shared/i18n.ts";
import type { DeskCall } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { RequestSection } from "./request.tsx";
import { callerLabel, stateText } from "./wording.ts";

export function SidePane({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  return (
    <aside class="side" aria-label={t("call.details")} tabIndex={0}>
      <Videos desk={desk} />
      <CopilotSection desk={desk} />
      <RequestSection desk={desk} model={model} />
      <section>
        <div class="row side-title">
          <h3 class="grow">{t("call.receive")}</h3>
          <button type="button" class="btn quiet compact" onClick={() => desk.wantAll(true)}>
            {t("call.receive.all")}
          </button>
          <button type="button" class="btn quiet compact" onClick={() => desk.wantAll(false)}>
            {t("call.receive.none")}
          </button>
        </div>
        <ul class="people">
          {desk.others.value.map((p) => (
            <Person key={p.id} p={p} desk={desk} />
          ))}
          {desk.others.value.length === 0 && <li class="muted small">{t("call.receive.nobody")}</li>}
        </ul>
      </section>
      <Notes desk={desk} />
      <section>
        <h3 class="side-title">{t("call.happened")}</h3>
        <ol class="timeline" data-testid="timeline">
          {desk.timeline.value.map((item, i) => {
            const s = stateText(item.state);
            return (
              <li key={i} data-who={s.who}>
                <span class="timeline-dot" aria-hidden="true" />
                <span class="grow">{item.state === "human" && item.name ? t("state.with", { name: item.name }) : s.text}</span>
                <time class="small muted nums">{timeOfDay(item.at)}</time>
              </li>
            );
          })}
        </ol>
      </section>
    </aside>
  );
}

function Videos({ desk }: { desk: DeskCall }) {
  const videos = desk.videos.value;
  if (videos.length === 0) return null;
  return (
    <section class="tiles" aria-label={t("call.videos")}>
      {[...videos]
        .sort((a, b) => Number(b.source === "screen") - Number(a.source === "screen"))
        .map((v) => {
          const of = desk.call.model.participant(v.participantId);
          const name = of?.role === "caller" ? desk.callerName.value : (of?.name ?? t("who.aParticipant"));
          const label = v.source === "screen" ? t("call.screenOf", { name }) : t("call.cameraOf", { name });
          return (
            <figure key={v.mid}>
              <Video track={v.track} label={label} />
              <figcaption dir="auto">{label}</figcaption>
              <button
                type="button"
                class="btn iconic compact enlarge"
                aria-label={t("call.enlarge", { what: label })}
                title={t("call.enlarge", { what: label })}
                onClick={(e) => {
                  const figure = e.currentTarget.closest("figure")!;
                  void (document.fullscreenElement ? document.exitFullscreen() : figure.requestFullscreen()).catch(() => undefined);
                }}
              >
                <Icon name="screen" />
              </button>
            </figure>
          );
        })}
    </section>
  );
}

function Person({ p, desk }: { p: Participant; desk: DeskCall }) {
  const w = desk.wants.value[p.id] ?? desk.byDefault.value;
  const role = t(`who.${p.role}`);
  const name = p.role === "caller" ? callerLabel(p.name, p.identity) : p.name || role;
  const all = [
    ["audio", "speaker"],
    ["video", "camera"],
    ["transcripts", "captions"],
  ] as const;
  const toggles = all.filter(([key]) => key !== "video" || p.role !== "agent"); // an AI has no face
  return (
    <li class="person heard">
      <Avatar who={p.role} name={p.name} image={p.avatar} />
      <span class="person-name">
        <b dir="auto">{name}</b>
        {name !== role && <span class="small muted">{role}</span>}
      </span>
      <Level desk={desk} of={p} name={name} />
      <span class="row person-wants" role="group" aria-label={t("call.receive.of", { name })}>
        {toggles.map(([key, icon]) => (
          <button
            key={key}
            type="button"
            class={w[key] ? "btn iconic compact on" : "btn iconic compact"}
            aria-pressed={w[key]}
            aria-label={t(`call.receive.${key}`, { name })}
            title={t(`call.receive.${key}`, { name })}
            onClick={() => desk.want(p.id, { [key]: !w[key] })}
          >
            <Icon name={icon} />
          </button>
        ))}
      </span>
    </li>
  );
}

/** How loud somebody is at this moment: a bar, as there is one for one's own microphone. */
function Level({ desk, of, name }: { desk: DeskCall; of: Participant; name: string }) {
  const bar = useRef<HTMLElement>(null);
  const shown = useRef(0);
  useFrames(() => {
    shown.current = Math.max(desk.levelOf(of.id), shown.current * 0.9);
    bar.current?.style.setProperty("--level", shown.current.toFixed(3));
  }, [desk, of.id]);
  return <i class="level" data-who={of.role} ref={bar} role="img" aria-label={t("call.level", { name })} data-testid="level" />;
}

/** What people write down about a call for each other. The caller and the AI never see it. */
function Notes({ desk }: { desk: DeskCall }) {
  const [text, setText] = useState("");
  return (
    <section data-testid="notes">
      <h3 class="side-title">{t("notes.title")}</h3>
      <form
        class="row"
        onSubmit={(e) => {
          e.preventDefault();
          void desk.addNote(text).then((ok) => ok && setText(""));
        }}
      >
        <input class="input compact grow" value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder={t("notes.add")} aria-label={t("notes.add")} maxLength={4000} dir="auto" data-testid="note" />
        <button type="submit" class="btn iconic compact" aria-label={t("notes.save")} disabled={text.trim() === ""}>
          <Icon name="check" />
        </button>
      </form>
      <ul class="notes">
        {desk.notes.value.map((n) => (
          <li key={n.id}>
            <span dir="auto">{n.text}</span>
            <span class="small muted">
              {n.by} · {when(n.createdAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
