import { useEffect, useRef, useState } from "preact/hooks";
import { MediaHelp } from "../caller/precall.tsx";
import { Icon } from "../shared/icons.tsx";
import { LevelMeter, Sheet } from "../shared/ui.tsx";
import { Suggestions } from "./copilot.tsx";
import { MODE_AGENT_VOICE, MODE_OWN_VOICE, type DeskCall } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { assistText } from "./wording.ts";

/** Where one acts: what one's place in the call is, and what can be done from there. */
export function Dock({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const place = desk.place.value;
  return (
    <section class="dock" data-place={place} data-who={place === "holding" ? "human" : undefined} aria-label="Your part in the call">
      {desk.mediaError.value && <MediaHelp error={desk.mediaError.value} onRetry={() => (desk.mediaError.value = null)} />}
      {place === "ended" ? <EndedDock desk={desk} model={model} /> : place === "holding" ? <Holding desk={desk} /> : <Listening desk={desk} />}
      {place !== "ended" && <Composer desk={desk} />}
    </section>
  );
}

function Listening({ desk }: { desk: DeskCall }) {
  const place = desk.place.value;
  const busy = place === "connecting";
  const mode = desk.mode.value;
  const joined = desk.joined.value;
  return (
    <div class="dock-row">
      <div class="dock-text grow">
        <b>
          <Icon name="ear" />
          {busy ? "Connecting you…" : place === "other" ? `${desk.human.value ?? "A colleague"} has this call` : "You are listening"}
        </b>
        <span class="small muted">
          {busy
            ? "The AI keeps the caller company until you are heard."
            : desk.microphone.value
              ? "Your microphone is ready; nobody hears it yet."
              : "Nobody hears or sees you."}
        </span>
      </div>
      <fieldset class="segments" disabled={busy || place === "other"}>
        <legend class="sr-only">Voice in which you are heard</legend>
        {(
          [
            [MODE_OWN_VOICE, "My voice"],
            [MODE_AGENT_VOICE, "AI’s voice"],
          ] as const
        ).map(([m, text]) => (
          <label key={m}>
            <input type="radio" name="mode" checked={mode === m} onChange={() => (desk.mode.value = m)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        class="btn human big"
        disabled={busy || place === "other" || !joined}
        onClick={() => void desk.takeOver()}
        data-testid="takeover"
      >
        <Icon name="takeover" flip /> {busy ? "Taking over…" : "Take over"}
      </button>
      <HangUp desk={desk} />
    </div>
  );
}

function Holding({ desk }: { desk: DeskCall }) {
  const returning = desk.state.value.state === "returning";
  const agentVoice = desk.takeover.value?.mode === 0;
  const handBack = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button that was pressed is gone: the keyboard stays here.
    if (document.activeElement === document.body) handBack.current?.focus();
  }, []);
  return (
    <div class="dock-row">
      <div class="dock-text grow">
        <b>
          <span class="live-dot" aria-hidden="true" />
          {returning ? "Handing back…" : "You are live"}
        </b>
        <span class="small">
          {agentVoice ? "What you say or type is spoken in the AI’s voice." : desk.muted.value ? "You are muted." : `${desk.callerName.value} hears you.`}
        </span>
        <label class="check row small">
          <input type="checkbox" checked={desk.watch.value} onChange={(e) => (desk.watch.value = e.currentTarget.checked)} data-testid="watch" />
          {assistText.watch}
        </label>
      </div>
      <div class="dock-meter">
        <LevelMeter track={desk.muted.value ? null : desk.microphone.value} label="Your microphone level" />
      </div>
      <button type="button" class={desk.muted.value ? "btn off" : "btn"} onClick={() => desk.toggleMute()} data-testid="desk-mute" disabled={!desk.microphone.value}>
        <Icon name={desk.muted.value ? "micOff" : "mic"} /> {desk.muted.value ? "Unmute" : "Mute"}
      </button>
      <button ref={handBack} type="button" class="btn primary" onClick={() => void desk.handBack()} disabled={returning} data-testid="handback" title="Hand back to the AI (B)">
        <Icon name="handback" flip /> Hand back
      </button>
      <HangUp desk={desk} />
    </div>
  );
}

function EndedDock({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  return (
    <div class="dock-row">
      <div class="dock-text grow">
        <b>
          <Icon name="check" /> {desk.endReason.value === "lost" ? "The connection is lost" : "The call has ended"}
        </b>
        <span class="small muted">The conversation stays here until you close it.</span>
      </div>
      <button type="button" class="btn" onClick={() => void model.closeCall()}>
        Close
      </button>
    </div>
  );
}

function HangUp({ desk }: { desk: DeskCall }) {
  const [sure, setSure] = useState(false);
  return (
    <>
      <button type="button" class="btn iconic hang" aria-label="Hang up" title="End the call for everybody" onClick={() => setSure(true)} data-testid="desk-hangup">
        <Icon name="hangup" />
      </button>
      {sure && (
        <Sheet title="End the call for everybody?" onClose={() => setSure(false)}>
          <p>The caller is disconnected. To leave without ending it, close the call instead.</p>
          <div class="row wrap sheet-actions">
            <button type="button" class="btn" onClick={() => setSure(false)}>
              Go on
            </button>
            <button
              type="button"
              class="btn danger"
              data-testid="desk-hangup-sure"
              onClick={() => {
                setSure(false);
                void desk.hangUp();
              }}
            >
              <Icon name="hangup" /> Hang up
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}

function Composer({ desk }: { desk: DeskCall }) {
  const text = desk.draft.value;
  const input = useRef<HTMLInputElement>(null);
  const holding = desk.place.value === "holding";
  const other = desk.place.value === "other";
  const label = holding ? "Message to the caller" : other ? "The caller is with a colleague" : "Guidance for the AI. The caller never sees it";
  const submit = async (e: Event) => {
    e.preventDefault();
    if (await desk.send(text)) desk.draft.value = "";
  };
  return (
    <>
      {holding && desk.replies.value.length > 0 && (
        <Suggestions
          replies={desk.replies.value}
          onUse={(i) => {
            desk.useReply(i);
            input.current?.focus();
          }}
          onDismiss={() => {
            desk.replies.value = [];
            input.current?.focus();
          }}
        />
      )}
      <form class="composer" onSubmit={(e) => void submit(e)} data-private={!holding}>
        <span class="composer-kind" aria-hidden="true">
          <Icon name={holding ? "person" : "lock"} />
        </span>
        <input
          ref={input}
          class="input grow"
          value={text}
          onInput={(e) => (desk.draft.value = e.currentTarget.value)}
          placeholder={label}
          aria-label={label}
          maxLength={4000}
          autocomplete="off"
          dir="auto"
          data-testid="composer"
        />
        <button type="submit" class="btn iconic" aria-label="Send" disabled={text.trim() === ""}>
          <Icon name="send" flip />
        </button>
      </form>
    </>
  );
}
