import { useState } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { TranscriptView } from "../shared/transcript.tsx";
import { Avatar, Chip, Notice } from "../shared/ui.tsx";
import { clock } from "../shared/format.ts";
import { useNow } from "./callspane.tsx";
import { BriefCard } from "./copilot.tsx";
import { Dock } from "./dock.tsx";
import type { DeskCall } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { SidePane } from "./side.tsx";
import { stateText } from "./wording.ts";

export function CallPane({ model }: { model: ConsoleModel }) {
  const desk = model.open.value;
  if (!desk) {
    return (
      <section class="call-none" aria-label="Call">
        <div class="call-none-mark" aria-hidden="true">
          <Icon name="ear" />
        </div>
        <h2>Open a call to listen</h2>
        <p class="muted">The caller does not notice. You see the whole conversation so far, and can take over with one click.</p>
      </section>
    );
  }
  return <OpenCall key={desk.id} desk={desk} model={model} />;
}

function OpenCall({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const [tab, setTab] = useState<"talk" | "details">("talk");
  const place = desk.place.value;
  const s = stateText(place === "ended" ? "ended" : desk.state.value.state);
  return (
    <section class="call" aria-label="Call" data-who={place === "holding" ? "human" : s.who} data-tab={tab} data-place={place}>
      <header class="call-head">
        <button
          type="button"
          class="btn quiet iconic back"
          aria-label="Back to the list"
          onClick={() => void model.closeCall()}
          disabled={place === "holding" || place === "connecting"}
        >
          <Icon name="back" flip />
        </button>
        <Avatar who="caller" name={desk.caller.value?.name} image={desk.caller.value?.avatar} size="2.5rem" />
        <div class="grow">
          <h2 class="call-title">{desk.callerName.value}</h2>
          <div class="row wrap call-sub">
            <Chip who={s.who} icon={s.icon}>
              <span data-testid="desk-state">
                {place === "ended"
                  ? s.text
                  : place === "holding" && desk.state.value.state === "human"
                  ? "With you"
                  : desk.state.value.state === "human" && desk.human.value
                    ? `With ${desk.human.value}`
                    : s.text}
              </span>
            </Chip>
            <Length desk={desk} />
            {desk.state.value.state === "ai" && place !== "ended" && <span class="small muted">AI is {desk.agentState.value}</span>}
          </div>
        </div>
        <div class="tabs" role="group" aria-label="View">
          <button type="button" class="btn compact" aria-pressed={tab === "talk"} onClick={() => setTab("talk")}>
            Conversation
          </button>
          <button type="button" class="btn compact" aria-pressed={tab === "details"} onClick={() => setTab("details")}>
            Details
          </button>
        </div>
      </header>
      <div class="call-notices">
        <Notices desk={desk} model={model} />
        <BriefCard desk={desk} />
      </div>
      <div class="call-talk">
        <TranscriptView
          lines={desk.conversation.value}
          nameOf={desk.nameOf}
          faceOf={desk.faceOf}
          avatarOf={desk.avatarOf}
          eventText={desk.eventText}
          label="Transcript"
          empty={desk.joined.value ? "Nothing has been said yet." : "Joining…"}
        />
      </div>
      <Dock desk={desk} model={model} />
      <SidePane desk={desk} />
    </section>
  );
}

function Length({ desk }: { desk: DeskCall }) {
  const now = useNow();
  const since = desk.call.model.createdAt;
  return since > 0 && desk.place.value !== "ended" ? <span class="small muted nums">{clock(now - since)}</span> : null;
}

function Notices({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  return (
    <>
      {desk.error.value && (
        <Notice bad role="alert">
          <div class="row wrap">
            <span class="grow">{desk.error.value}</span>
            <button type="button" class="btn compact" onClick={() => void model.closeCall()}>
              Back to the list
            </button>
          </div>
        </Notice>
      )}
      {desk.reconnecting.value && (
        <Notice icon="wifi" role="status">
          Reconnecting. The call goes on.
        </Notice>
      )}
      {desk.playbackBlocked.value && (
        <Notice icon="speaker" role="alert">
          <div class="row wrap">
            <span class="grow">Your browser has blocked the sound.</span>
            <button type="button" class="btn compact" onClick={() => void desk.call.resumePlayback()}>
              Play the sound
            </button>
          </div>
        </Notice>
      )}
      {desk.problem.value && (
        <Notice bad role="alert">
          <div class="row">
            <span class="grow" data-testid="problem">
              {desk.problem.value}
            </span>
            <button type="button" class="btn quiet iconic compact" aria-label="Dismiss" onClick={() => (desk.problem.value = null)}>
              <Icon name="close" />
            </button>
          </div>
        </Notice>
      )}
    </>
  );
}
