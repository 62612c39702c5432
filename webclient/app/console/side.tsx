import type { Participant } from "../../sdk/src/index.ts";
import { timeOfDay } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, Video } from "../shared/ui.tsx";
import { CopilotSection } from "./copilot.tsx";
import type { DeskCall } from "./deskcall.ts";
import { callerLabel, stateText } from "./wording.ts";

const roles: Record<Participant["role"], string> = { caller: "Caller", agent: "AI assistant", human: "Human agent", observer: "Observer" };

export function SidePane({ desk }: { desk: DeskCall }) {
  return (
    <aside class="side" aria-label="Details" tabIndex={0}>
      <Videos desk={desk} />
      <CopilotSection desk={desk} />
      <section>
        <div class="row side-title">
          <h3 class="grow">What you receive</h3>
          <button type="button" class="btn quiet compact" onClick={() => desk.wantAll(true)}>
            All
          </button>
          <button type="button" class="btn quiet compact" onClick={() => desk.wantAll(false)}>
            None
          </button>
        </div>
        <ul class="people">
          {desk.others.value.map((p) => (
            <Person key={p.id} p={p} desk={desk} />
          ))}
          {desk.others.value.length === 0 && <li class="muted small">Nobody else is in the call.</li>}
        </ul>
      </section>
      <section>
        <h3 class="side-title">What happened</h3>
        <ol class="timeline" data-testid="timeline">
          {desk.timeline.value.map((t, i) => {
            const s = stateText(t.state);
            return (
              <li key={i} data-who={s.who}>
                <span class="timeline-dot" aria-hidden="true" />
                <span class="grow">{t.state === "human" && t.name ? `With ${t.name}` : s.text}</span>
                <time class="small muted nums">{timeOfDay(t.at)}</time>
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
    <section class="tiles" aria-label="Video">
      {[...videos]
        .sort((a, b) => Number(b.source === "screen") - Number(a.source === "screen"))
        .map((v) => {
          const of = desk.call.model.participant(v.participantId);
          const name = of?.role === "caller" ? desk.callerName.value : (of?.name ?? "a participant");
          const label = v.source === "screen" ? `Screen of ${name}` : `Camera of ${name}`;
          return (
            <figure key={v.mid}>
              <Video track={v.track} label={label} />
              <figcaption>{label}</figcaption>
            </figure>
          );
        })}
    </section>
  );
}

function Person({ p, desk }: { p: Participant; desk: DeskCall }) {
  const w = desk.wants.value[p.id] ?? desk.byDefault.value;
  const name = p.role === "caller" ? callerLabel(p.name, p.identity) : p.name || roles[p.role];
  const all = [
    ["audio", "speaker", "Hear"],
    ["video", "camera", "See"],
    ["transcripts", "captions", "Read"],
  ] as const;
  const toggles = all.filter(([key]) => key !== "video" || p.role !== "agent"); // an AI has no face
  return (
    <li class="person">
      <Avatar who={p.role} name={p.name} image={p.avatar} />
      <span class="grow">
        <b>{name}</b>
        {name !== roles[p.role] && <span class="small muted">{roles[p.role]}</span>}
      </span>
      <span class="row person-wants" role="group" aria-label={`What you receive of ${name}`}>
        {toggles.map(([key, icon, verb]) => (
          <button
            key={key}
            type="button"
            class={w[key] ? "btn iconic compact on" : "btn iconic compact"}
            aria-pressed={w[key]}
            aria-label={`${verb} ${name}`}
            title={`${verb} ${name}`}
            onClick={() => desk.want(p.id, { [key]: !w[key] })}
          >
            <Icon name={icon} />
          </button>
        ))}
      </span>
    </li>
  );
}
