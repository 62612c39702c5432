import { useEffect, useRef, useState } from "preact/hooks";
import { WrapUpCard } from "./wrapup.tsx";
import { MediaHelp } from "../caller/precall.tsx";
import { Icon } from "../shared/icons.tsx";
import { LevelMeter, Sheet } from "../shared/ui.tsx";
import { Suggestions } from "./copilot.tsx";
import { MODE_AGENT_VOICE, MODE_OWN_VOICE, type DeskCall } from "./deskcall.ts";
import type { ConsoleModel } from "./model.ts";
import { cannedFor } from "./api.ts";
import { t } from "../shared/i18n.ts";
import { hint } from "./shortcuts.ts";

/** Where one acts: what one's place in the call is, and what can be done from there. */
export function Dock({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const place = desk.place.value;
  return (
    <section class="dock" data-place={place} data-who={place === "holding" ? "human" : undefined} aria-label={t("call.part")}>
      <WrapUpCard model={model} />
      {desk.mediaError.value && <MediaHelp error={desk.mediaError.value} onRetry={() => (desk.mediaError.value = null)} />}
      {place === "ended" ? <EndedDock desk={desk} model={model} /> : place === "holding" ? <Holding desk={desk} model={model} /> : place === "other" ? <Colleague desk={desk} model={model} /> : <Listening desk={desk} />}
      {place !== "ended" && <Composer desk={desk} model={model} />}
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
          {busy ? t("call.connecting") : place === "other" ? t("call.hasCall", { name: desk.human.value ?? t("who.colleague") }) : t("call.listening")}
        </b>
        <span class="small muted">
          {busy
            ? t("call.connecting.what")
            : desk.microphone.value
              ? t("call.ready")
              : t("call.nobodyHears")}
        </span>
      </div>
      <fieldset class="segments" disabled={busy || place === "other"}>
        <legend class="sr-only">{t("call.voice")}</legend>
        {(
          [
            [MODE_OWN_VOICE, "call.myVoice"],
            [MODE_AGENT_VOICE, "call.aiVoice"],
          ] as const
        ).map(([m, text]) => (
          <label key={m}>
            <input type="radio" name="mode" checked={mode === m} onChange={() => (desk.mode.value = m)} />
            <span>{t(text)}</span>
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
        <Icon name="takeover" flip /> {busy ? t("call.taking") : t("call.takeOver")}
      </button>
      <HangUp desk={desk} />
    </div>
  );
}

/** A colleague has it: listen, whisper to them, or join in. */
function Colleague({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const to = desk.audience.value;
  const connected = desk.state.value.state === "human";
  const ownVoice = desk.takeover.value?.mode !== 0;
  const advises = desk.handoff.value?.consult === model.identity.value;
  const name = desk.human.value ?? t("who.colleague");
  return (
    <div class="dock-row">
      <div class="dock-text grow">
        <b>
          <Icon name={to === "nobody" ? "ear" : "mic"} />
          {to === "nobody" ? t("call.hasCall", { name }) : to === "humans" ? t("call.whispering", { name }) : t("call.bargedIn")}
        </b>
        <span class="small muted">{to === "nobody" ? t("call.nobodyHears") : to === "humans" ? t("call.whisper.what", { name }) : t("call.bargeIn.what")}</span>
      </div>
      <button type="button" class={to === "humans" ? "btn compact on" : "btn compact"} aria-pressed={to === "humans"} disabled={!desk.joined.value} onClick={() => void desk.speak(to === "humans" ? "nobody" : "humans")} data-testid="whisper">
        <Icon name="ear" /> {t("call.whisper")}
      </button>
      <button type="button" class={to === "everyone" ? "btn compact on" : "btn compact"} aria-pressed={to === "everyone"} disabled={!connected || !ownVoice} onClick={() => void desk.speak(to === "everyone" ? "nobody" : "everyone")} data-testid="barge-in">
        <Icon name="speaker" /> {t("call.bargeIn")}
      </button>
      {advises && (
        <button type="button" class="btn compact" onClick={() => void model.endConsult(desk.handoff.value!.id)} data-testid="end-consult">
          {t("call.endConsult")}
        </button>
      )}
      <button type="button" class="btn human compact" disabled data-testid="takeover">
        <Icon name="takeover" flip /> {t("call.takeOver")}
      </button>
    </div>
  );
}

/** The ways to pass it on. */
function PassOn({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const h = desk.handoff.value;
  if (!h) return null;
  const who = model.agents.value.find((a) => a.identity === h.consult)?.name ?? h.consult;
  return (
    <>
      {h.consult ? (
        <>
          <span class="chip" data-who="human" role="status" data-testid="consulting">
            <Icon name="ear" /> {h.state === "consulting" ? t("call.consulting", { name: who ?? "" }) : t("call.consultAsked", { name: who ?? "" })}
          </span>
          <button type="button" class="btn human compact" disabled={h.state !== "consulting"} onClick={() => void model.handOver(h.id)} data-testid="hand-over">
            <Icon name="takeover" flip /> {t("call.handOver", { name: who ?? "" })}
          </button>
          <button type="button" class="btn compact" onClick={() => void model.endConsult(h.id)} data-testid="end-consult">
            {t("call.endConsult")}
          </button>
        </>
      ) : (
        <button type="button" class="btn compact" onClick={() => (model.sheet.value = "consult")} data-testid="consult" title={hint(t("action.consult"), "C")}>
          <Icon name="ear" /> {t("call.consult")}
        </button>
      )}
      <button type="button" class="btn compact" onClick={() => (model.sheet.value = "transfer")} data-testid="transfer" title={hint(t("action.transfer"), "X")}>
        <Icon name="takeover" flip /> {t("call.transfer")}
      </button>
    </>
  );
}

function Holding({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
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
          {returning ? t("call.handingBack") : t("call.live")}
        </b>
        <span class="small">
          {agentVoice ? t("call.inAiVoice") : desk.muted.value ? t("call.muted") : t("call.hearsYou", { name: desk.callerName.value })}
        </span>
        <label class="check row small">
          <input type="checkbox" checked={desk.watch.value} onChange={(e) => (desk.watch.value = e.currentTarget.checked)} data-testid="watch" />
          {t("assist.watch")}
        </label>
      </div>
      <div class="dock-meter">
        <LevelMeter track={desk.muted.value ? null : desk.microphone.value} label={t("call.micLevel")} />
      </div>
      <button type="button" class={desk.muted.value ? "btn off compact" : "btn compact"} onClick={() => desk.toggleMute()} data-testid="desk-mute" >
        <Icon name={desk.muted.value || !desk.microphone.value ? "micOff" : "mic"} /> {desk.muted.value || !desk.microphone.value ? t("call.unmute") : t("call.mute")}
      </button>
      <PassOn desk={desk} model={model} />
      <button ref={handBack} type="button" class="btn primary compact" onClick={() => void desk.handBack()} disabled={returning} data-testid="handback" title={hint(t("action.handback"), "B")}>
        <Icon name="handback" flip /> {t("call.endLiveChat")}
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
          <Icon name="check" /> {desk.endReason.value === "lost" ? t("call.lost") : t("call.over")}
        </b>
        <span class="small muted">{t("call.over.what")}</span>
      </div>
      <button type="button" class="btn" onClick={() => void model.closeCall()}>
        {t("call.close")}
      </button>
    </div>
  );
}

function HangUp({ desk }: { desk: DeskCall }) {
  const [sure, setSure] = useState(false);
  return (
    <>
      <button type="button" class="btn iconic hang" aria-label={t("call.hangUp")} title={t("call.hangUp.all")} onClick={() => setSure(true)} data-testid="desk-hangup">
        <Icon name="hangup" />
      </button>
      {sure && (
        <Sheet title={t("call.hangUp.sure")} onClose={() => setSure(false)}>
          <p>{t("call.hangUp.what")}</p>
          <div class="row wrap sheet-actions">
            <button type="button" class="btn" onClick={() => setSure(false)}>
              {t("call.goOn")}
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
              <Icon name="hangup" /> {t("call.hangUp")}
            </button>
          </div>
        </Sheet>
      )}
    </>
  );
}

function Composer({ desk, model }: { desk: DeskCall; model: ConsoleModel }) {
  const text = desk.draft.value;
  const input = useRef<HTMLInputElement>(null);
  const holding = desk.place.value === "holding";
  const other = desk.place.value === "other";
  const label = model.canned.value.length > 0 && holding ? t("call.messageSlash") : holding ? t("call.message") : other ? t("call.withColleague") : t("call.guidance");
  const listening = desk.place.value === "listening";
  const canned = cannedFor(text, model.canned.value);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (canned?.[0]) return insert(canned[0].text);
    if (await desk.send(text)) desk.draft.value = "";
  };
  const toCaller = async () => {
    if (await desk.sendToCaller(text)) desk.draft.value = "";
    input.current?.focus();
  };
  const insert = (reply: string) => {
    desk.draft.value = reply;
    input.current?.focus();
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
      {canned && (
        <section class="suggestions canned-replies" aria-label={t("canned.title")} data-testid="canned">
          {canned.length === 0 ? (
            <span class="small">{t("canned.none")}</span>
          ) : (
            <ol>
              {canned.map((r) => (
                <li key={r.id}>
                  <button type="button" class="suggested" onClick={() => insert(r.text)}>
                    <b dir="auto">{r.title}</b>
                    <span class="grow muted" dir="auto">
                      {r.text}
                    </span>
                  </button>
                </li>
              ))}
            </ol>
          )}
        </section>
      )}
      <form class="composer" onSubmit={(e) => void submit(e)} data-private={!holding}>
        <span class="composer-kind" aria-hidden="true">
          <Icon name={holding ? "person" : "lock"} />
        </span>
        <input
          ref={input}
          class="input grow"
          value={text}
          onInput={(e) => {
            if (e.currentTarget.value === "/") void model.loadCanned();
            desk.draft.value = e.currentTarget.value;
          }}
          placeholder={label}
          aria-label={label}
          maxLength={4000}
          autocomplete="off"
          dir="auto"
          data-testid="composer"
          onKeyDown={(e) => {
            if (listening && e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
              e.preventDefault();
              void toCaller();
            }
          }}
        />
        {listening && text.trim() !== "" && !canned ? (
          <>
            <button type="submit" class="btn compact guide" title={hint(t("call.guide"), "Enter")} data-testid="guide">
              <Icon name="lock" /> {t("call.guide")}
            </button>
            <button type="button" class="btn compact human" title={hint(t("call.toCaller.what"), "Ctrl", "Enter")} disabled={!desk.joined.value} onClick={() => void toCaller()} data-testid="to-caller">
              <Icon name="send" flip /> {t("call.toCaller")}
            </button>
          </>
        ) : (
          <button type="submit" class="btn iconic" aria-label={t("call.send")} disabled={text.trim() === ""}>
            <Icon name="send" flip />
          </button>
        )}
      </form>
    </>
  );
}
