import { useEffect, useState } from "preact/hooks";
import type { CallSummary } from "../../sdk/src/index.ts";
import { clock, spokenDuration } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, Brand, Chip, Notice, ThemeButton } from "../shared/ui.tsx";
import type { ConsoleModel } from "./model.ts";
import { assistText, callerLabel, moodText, reasonText, stateText, summaryState, troubleText } from "./wording.ts";

export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(id);
  }, [everyMs]);
  return now;
}

export function CallsPane({ model }: { model: ConsoleModel }) {
  const now = useNow();
  const calls = model.calls.value;
  const n = model.waiting.value.length;
  const user = model.session.value!.user;
  const prefs = model.prefs.value;
  return (
    <nav class="calls" aria-label="Calls">
      <header class="calls-head">
        <div class="row">
          <span class="grow">
            <Brand />
          </span>
          <button
            type="button"
            class="btn quiet iconic compact"
            aria-pressed={prefs.sound}
            aria-label="Sound for new requests"
            title="Sound for new requests (S)"
            onClick={() => model.set({ sound: !prefs.sound })}
          >
            <Icon name={prefs.sound ? "bell" : "bellOff"} />
          </button>
          <button type="button" class="btn quiet iconic compact" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" onClick={() => (model.help.value = true)}>
            <Icon name="keyboard" />
          </button>
          <ThemeButton />
        </div>
        <div class="row calls-title">
          <h2 class="grow">Live calls</h2>
          {n > 0 && (
            <Chip who="wait" icon="bell">
              <span data-testid="waiting-count">{n}</span> waiting
            </Chip>
          )}
        </div>
      </header>
      {!model.online.value && (
        <div class="calls-notice">
          <Notice icon="wifi" role="status">
            The list is not up to date. Reconnecting…
          </Notice>
        </div>
      )}
      <div class="calls-scroll" data-call-list tabIndex={calls.length === 0 ? 0 : -1}>
        {calls.length === 0 ? (
          <p class="calls-empty muted">{model.loaded.value ? "No calls right now. New ones appear here by themselves." : "Loading…"}</p>
        ) : (
          <ul>
            {calls.map((c) => (
              <CallRow key={c.id} call={c} now={now} model={model} />
            ))}
          </ul>
        )}
      </div>
      <footer class="row calls-foot">
        <Avatar who="human" name={user.name} image={user.avatar} />
        <span class="grow">
          <b>{user.name}</b>
          <label class="check row small muted">
            <input type="checkbox" checked={prefs.warm} onChange={(e) => model.set({ warm: e.currentTarget.checked })} />
            Keep microphone ready
          </label>
        </span>
        <button type="button" class="btn quiet iconic compact" aria-label="Log out" title="Log out" onClick={() => void model.logout()}>
          <Icon name="logout" flip />
        </button>
      </footer>
    </nav>
  );
}

function CallRow({ call, now, model }: { call: CallSummary; now: number; model: ConsoleModel }) {
  const s = stateText(call.state);
  const open = model.open.value?.id === call.id;
  const waited = now - call.stateAt;
  const mine = call.human === model.session.value?.user.name && call.state === "human";
  const watched = call.watch?.identity === model.session.value?.user.identity ? call.watch : undefined;
  return (
    <li>
      <button
        type="button"
        class="call-row"
        data-call={call.id}
        data-who={s.who}
        data-state={call.state}
        aria-current={open ? "true" : undefined}
        onFocus={() => (model.marked.value = call.id)}
        onClick={() => void model.openCall(call.id)}
      >
        <span class="call-row-top">
          <b class="call-name">{callerLabel(call.caller)}</b>
          <span class="nums small muted">
            <span aria-hidden="true">{clock(waited)}</span>
            <span class="sr-only">for {spokenDuration(Math.floor(waited / 15_000) * 15_000)}</span>
          </span>
        </span>
        <span class="call-row-state">
          <Chip who={s.who} icon={s.icon}>
            {mine ? "With you" : summaryState(call)}
          </Chip>
          {call.brief?.mood && call.brief.mood !== "calm" && call.state !== "human" && (
            <Chip who="wait" icon="alert">
              {moodText(call.brief.mood)}
            </Chip>
          )}
          {watched && !watched.reason && (
            <span class="small muted" title={assistText.watching}>
              <Icon name="ear" />
              <span class="sr-only">{assistText.watching}</span>
            </span>
          )}
          {call.video && (
            <span class="muted" title="With video">
              <Icon name="camera" />
              <span class="sr-only">with video</span>
            </span>
          )}
        </span>
        {watched?.reason && (
          <span class="call-reason small row">
            <Icon name="bell" /> {troubleText(watched.reason)}
          </span>
        )}
        {call.state === "pending" && call.reason && <span class="call-reason small">{reasonText(call.reason)}</span>}
        {call.state === "pending" && call.brief?.matter && (
          <span class="call-matter small" dir="auto">
            {call.brief.matter}
          </span>
        )}
        {call.lastLine && (
          <span class="call-last small muted" dir="auto">
            <b>{call.lastLine.role === "agent" ? "AI" : call.lastLine.role === "caller" ? "Caller" : (call.lastLine.name ?? "Agent")}:</b> {call.lastLine.text}
            {!call.lastLine.end && "…"}
          </span>
        )}
      </button>
    </li>
  );
}
