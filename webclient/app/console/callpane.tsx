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
import { t } from "../shared/i18n.ts";
import { WrapUpCard } from "./wrapup.tsx";
import { hint } from "./shortcuts.ts";
import { stateText } from "./wording.ts";

/** What there is to press where nothing is open. */
const NONE_KEYS = { J: "action.next", Enter: "action.open", N: "action.takeNext", "?": "action.help" } as const;

export function CallPane({ model }: { model: ConsoleModel }) {
  const desk = model.open.value;
  if (!desk) {
    return (
      <section class="call-none" aria-label={t("call.title")}>
        <WrapUpCard model={model} />
        <div class="call-none-mark" aria-hidden="true">
          <Icon name="ear" />
        </div>
        <h2>{t("call.none.title")}</h2>
        <p class="muted">{t("call.none.what")}</p>
        <p class="small muted none-keys" aria-hidden="true">
          {(["J", "Enter", "N", "?"] as const).map((key) => (
            <span key={key}>
              <kbd>{key}</kbd> {t(NONE_KEYS[key])}
            </span>
          ))}
        </p>
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
    <section class="call" aria-label={t("call.title")} data-who={place === "holding" ? "human" : s.who} data-tab={tab} data-place={place}>
      <header class="call-head">
        <button
          type="button"
          class="btn quiet iconic back"
          aria-label={t("call.back")}
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
                  ? t("call.withYou")
                  : desk.state.value.state === "human" && desk.human.value
                    ? t("state.with", { name: desk.human.value })
                    : s.text}
              </span>
            </Chip>
            <Length desk={desk} />
            {desk.state.value.state === "ai" && place !== "ended" && <span class="small muted">{t(`call.aiIs.${desk.agentState.value}`)}</span>}
          </div>
        </div>
        {desk.failures.value.length > 0 && (
          <button
            type="button"
            class="btn compact jump"
            aria-label={t("call.jump")}
            title={hint(t("call.jump"), "G")}
            onClick={() => {
              setTab("talk");
              desk.toFailure();
            }}
            data-testid="jump"
          >
            <Icon name="alert" /> <span>{t("call.jump")}</span>
          </button>
        )}
        <div class="tabs" role="group" aria-label={t("call.view")}>
          <button type="button" class="btn compact" aria-pressed={tab === "talk"} onClick={() => setTab("talk")}>
            {t("call.conversation")}
          </button>
          <button type="button" class="btn compact" aria-pressed={tab === "details"} onClick={() => setTab("details")}>
            {t("call.details")}
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
          jump={desk.jump}
          marks={desk.failures.value}
          label={t("call.transcript")}
          empty={desk.joined.value ? t("call.nothing") : t("call.joining")}
        />
      </div>
      <Dock desk={desk} model={model} />
      <SidePane desk={desk} model={model} />
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
              {t("call.back")}
            </button>
          </div>
        </Notice>
      )}
      {desk.reconnecting.value && (
        <Notice icon="wifi" role="status">
          {t("call.reconnecting")}
        </Notice>
      )}
      {desk.playbackBlocked.value && (
        <Notice icon="speaker" role="alert">
          <div class="row wrap">
            <span class="grow">{t("caller.call.blocked")}</span>
            <button type="button" class="btn compact" onClick={() => void desk.call.resumePlayback()}>
              {t("caller.call.play")}
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
            <button type="button" class="btn quiet iconic compact" aria-label={t("dismiss")} onClick={() => (desk.problem.value = null)}>
              <Icon name="close" />
            </button>
          </div>
        </Notice>
      )}
    </>
  );
}
