import { useEffect, useRef, useState } from "preact/hooks";
import { clock, spokenDuration } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Avatar, useFrames, Video } from "../shared/ui.tsx";
import { Dots } from "./incall.tsx";
import type { CallerModel } from "./model.ts";
import { Over } from "./over.tsx";
import { roughly } from "./waiting.ts";
import { t } from "../shared/i18n.ts";

/** Who am I talking to, and how does asking for a person stand. */
export function Stage({ model }: { model: CallerModel }) {
  const p = model.party.value;
  const screens = model.videos.value.filter((v) => v.source === "screen");
  const video = screens[0] ?? model.videos.value[0];
  return (
    <section class="stage" data-who={p.who} data-video={video !== undefined} aria-label={t("caller.stage.you")}>
      <div class="stage-who">
        <Halo model={model}>
          <Avatar who={p.who} name={p.name} image={p.avatar} size="100%" />
        </Halo>
        <div class="stage-text">
          <h1 data-testid="party" data-autofocus tabIndex={-1}>
            {p.name}
          </h1>
          <span class="chip" data-who={p.who} data-testid="party-role">
            <Icon name={p.who === "agent" ? "spark" : "person"} />
            {p.role}
          </span>
          <p class="stage-doing" data-testid="doing">
            {p.doing}
            {(p.activity === "thinking" || p.activity === "speaking") && <Dots />}
          </p>
        </div>
      </div>
      {video && (
        <div class="stage-video">
          <Video track={video.track} label={t(video.source === "screen" ? "caller.stage.screenOf" : "caller.stage.videoOf", { name: p.name })} />
        </div>
      )}
      <SelfViews model={model} />
      <AskForHuman model={model} />
    </section>
  );
}

/** A ring that breathes with the voice that is heard. */
function Halo({ model, children }: { model: CallerModel; children: preact.ComponentChildren }) {
  const ref = useRef<HTMLDivElement>(null);
  const shown = useRef(0);
  useFrames(() => {
    const mid = model.call?.model.slots.find((s) => s.floor)?.mid ?? [...(model.call?.audioTracks.keys() ?? [])][0];
    const level = mid !== undefined ? (model.call?.level(mid) ?? 0) : 0;
    shown.current = Math.max(Math.min(1, level * 2.2), shown.current * 0.9);
    ref.current?.style.setProperty("--level", shown.current.toFixed(3));
  }, []);
  return (
    <div class="halo" ref={ref}>
      {children}
    </div>
  );
}

function SelfViews({ model }: { model: CallerModel }) {
  const camera = model.camera.value;
  const screen = model.screen.value;
  if (!camera && !screen) return null;
  return (
    <div class="selves">
      {screen && (
        <figure>
          <Video track={screen} label={t("caller.stage.ownScreen")} />
          <figcaption>{t("caller.stage.sharing")}</figcaption>
        </figure>
      )}
      {camera && (
        <figure>
          <Video track={camera} label={t("caller.stage.ownCamera")} mirror />
          <figcaption>{t("caller.stage.self")}</figcaption>
        </figure>
      )}
    </div>
  );
}

function AskForHuman({ model }: { model: CallerModel }) {
  const state = model.state.value.state;
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(id);
  }, []);
  if (state === "human") {
    return (
      <button type="button" class="btn ask-button" onClick={() => void model.endLiveChat()} data-testid="end-live">
        <Icon name="handback" flip /> {t("wait.endLive")}
      </button>
    );
  }
  if (state === "returning" || state === "ended") return null;
  if (state === "willStart") {
    const name = model.takeover.value?.name ?? t("caller.person");
    return (
      <div class="ask" data-who="human" data-testid="waiting">
        <Avatar who="human" name={model.takeover.value?.name} image={model.takeover.value?.avatar} />
        <div class="grow">
          <b>{t("caller.stage.joining", { name })}</b> <Dots />
          <p class="small">{t("caller.stage.until")}</p>
        </div>
      </div>
    );
  }
  if (state === "pending") {
    const h = model.handoff.value;
    return (
      <div class="ask" data-who="wait" data-testid="waiting">
        <Icon name="clock" />
        <div class="grow">
          <b>{t(h?.question ? "caller.stage.longer" : "caller.stage.waiting")}</b>
          <p class="small nums">
            {h?.question
              ? t("caller.stage.keepQuestion")
              : [h?.position ? (h.position === 1 ? t("caller.stage.next") : t("caller.stage.place", { place: h.position })) : "", h?.likelyMs ? t("wait.likely", { time: spokenDuration(roughly(h.likelyMs)) }) : "", clock(now - model.requestedAt.value)]
                  .filter(Boolean)
                  .join(" · ")}
          </p>
        </div>
        {h?.question && (
          <button type="button" class="btn compact" onClick={() => void model.keepWaiting()} data-testid="keep-waiting">
            {t("caller.stage.keep")}
          </button>
        )}
        <button type="button" class="btn compact" onClick={() => void model.cancelRequest()} data-testid="cancel-request">
          {h?.question ? t("wait.end") : t("caller.stage.cancel")}
        </button>
      </div>
    );
  }
  if (model.over.value) return <Over model={model} />;
  return (
    <button
      type="button"
      class="btn ask-button"
      disabled={model.asking.value || model.reconnecting.value !== null}
      onClick={() => void model.askForHuman()}
      data-testid="ask-human"
    >
      <Icon name="person" /> {t("caller.stage.ask")}
    </button>
  );
}
