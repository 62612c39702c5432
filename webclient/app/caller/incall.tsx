import { useEffect, useRef, useState } from "preact/hooks";
import { clock } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { TranscriptView } from "../shared/transcript.tsx";
import { Brand, Notice, ThemeButton } from "../shared/ui.tsx";
import { Controls } from "./controls.tsx";
import type { CallerModel } from "./model.ts";
import { MediaHelp } from "./precall.tsx";
import { DeviceSheet } from "./settings.tsx";
import { Stage } from "./stage.tsx";
import { t } from "../shared/i18n.ts";

export function InCallView({ model }: { model: CallerModel }) {
  const [settings, setSettings] = useState(false);
  const party = model.party.value;
  return (
    <main class="incall" data-who={party.who} data-captions={model.captions.value}>
      <header class="row topbar">
        <span class="grow">
          <Brand />
        </span>
        <Line model={model} />
        <ThemeButton />
        <button type="button" class="btn quiet iconic compact" aria-label={t("caller.call.settings")} onClick={() => setSettings(true)}>
          <Icon name="settings" />
        </button>
      </header>
      <Banners model={model} />
      <Stage model={model} />
      <section class="card talk" aria-label={t("caller.call.conversation")}>
        {model.captions.value ? (
          <TranscriptView
            lines={model.conversation.value}
            nameOf={model.nameOf}
            faceOf={model.faceOf}
            avatarOf={model.avatarOf}
            eventText={model.eventText}
            label={t("caller.call.captions")}
            empty={t("caller.call.empty")}
          />
        ) : (
          <p class="transcript-empty">{t("caller.call.captionsOff")}</p>
        )}
        <Composer model={model} />
      </section>
      <Controls model={model} />
      {settings && <DeviceSheet model={model} onClose={() => setSettings(false)} />}
    </main>
  );
}

function Line({ model }: { model: CallerModel }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const id = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(id);
  }, []);
  const q = model.quality.value?.level ?? "unknown";
  return (
    <span class="row small muted nums">
      {(q === "fair" || q === "poor") && (
        <span class={`line-quality ${q}`}>
          <Icon name="wifi" /> {t(q === "poor" ? "caller.call.weak" : "caller.call.unsteady")}
        </span>
      )}
      <span role="timer" aria-label={t("caller.call.length")}>
        {clock(now - model.connectedAt.value)}
      </span>
    </span>
  );
}

function Banners({ model }: { model: CallerModel }) {
  return (
    <div class="banners">
      {(model.reconnecting.value || model.mediaLost.value) && (
        <Notice who="wait" icon="wifi" role="status">
          <b>{t("caller.call.reconnecting")}</b> <Dots /> <span>{t("caller.call.stay")}</span>
        </Notice>
      )}
      {model.playbackBlocked.value && (
        <Notice who="wait" icon="speaker" role="alert">
          <div class="row wrap">
            <span class="grow">{t("caller.call.blocked")}</span>
            <button type="button" class="btn compact" onClick={() => void model.call?.resumePlayback()}>
              {t("caller.call.play")}
            </button>
          </div>
        </Notice>
      )}
      {model.mediaError.value && <MediaHelp error={model.mediaError.value} onRetry={() => retry(model)} />}
      {model.toast.value && (
        <Notice who="wait" role="status">
          <div class="row">
            <span class="grow">{model.toast.value}</span>
            <button type="button" class="btn quiet iconic compact" aria-label={t("dismiss")} onClick={() => (model.toast.value = null)}>
              <Icon name="close" />
            </button>
          </div>
        </Notice>
      )}
    </div>
  );
}

function retry(model: CallerModel): void {
  const device = model.mediaError.value?.device;
  model.mediaError.value = null;
  if (device === "camera" || device === "screen") model.toggle(device);
  else void model.chooseMicrophone("");
}

export function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}

function Composer({ model }: { model: CallerModel }) {
  const [text, setText] = useState("");
  const busy = useRef(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    if (busy.current) return;
    busy.current = true;
    if (await model.send(text)) setText("");
    busy.current = false;
  };
  return (
    <form class="composer" onSubmit={(e) => void submit(e)}>
      <input
        class="input grow"
        value={text}
        onInput={(e) => setText(e.currentTarget.value)}
        placeholder={t("caller.call.type")}
        aria-label={t("caller.call.type")}
        maxLength={4000}
        autocomplete="off"
        dir="auto"
        data-testid="composer"
      />
      <button type="submit" class="btn iconic" aria-label={t("send")} disabled={text.trim() === ""}>
        <Icon name="send" flip />
      </button>
    </form>
  );
}
