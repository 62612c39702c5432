import type { MediaError } from "../../sdk/src/index.ts";
import { Icon } from "../shared/icons.tsx";
import { metersRun } from "../shared/levels.ts";
import { Avatar, Brand, LevelMeter, Notice, ThemeButton } from "../shared/ui.tsx";
import { remedy } from "./check.ts";
import type { CallerModel } from "./model.ts";
import { t } from "../shared/i18n.ts";

export function CheckView({ model }: { model: CallerModel }) {
  const check = model.check;
  const joining = model.phase.value === "joining";
  const state = check.state.value;
  return (
    <main class="precall">
      <header class="row topbar">
        <span class="grow">
          <Brand />
        </span>
        <ThemeButton />
      </header>
      <div class="precall-body">
        <section class="precall-hello">
          <div class="precall-faces" aria-hidden="true">
            <Avatar who="agent" size="4.5rem" />
            <Avatar who="human" size="4.5rem" />
          </div>
          <h1 data-autofocus tabIndex={-1}>
            {t("caller.check.title")}
          </h1>
          <p class="muted lead">{t("caller.check.lead")}</p>
          <ol class="steps">
            <li>
              <Icon name="mic" /> {t("caller.check.step1")}
            </li>
            <li>
              <Icon name="spark" /> {t("caller.check.step2")}
            </li>
            <li>
              <Icon name="captions" /> {t("caller.check.step3")}
            </li>
          </ol>
        </section>
        <section class="card precall-check" aria-labelledby="check-title">
          <h2 id="check-title">{t("caller.check.mic")}</h2>
          {state === "error" ? (
            <MediaHelp error={check.error.value!} onRetry={() => void check.start("")} />
          ) : (
            <>
              <div class="stack tight">
                <LevelMeter track={check.track.value} label={t("caller.check.level")} />
                <p class="small muted" role="status">
                  {t(state === "asking" ? "caller.check.asks" : metersRun.value ? "caller.check.say" : "caller.check.on")}
                </p>
              </div>
              <label class="field">
                <span>{t("caller.check.microphone")}</span>
                <select
                  class="input"
                  value={check.microphoneId.value}
                  disabled={state !== "ready"}
                  onChange={(e) => void model.chooseMicrophone(e.currentTarget.value)}
                >
                  {check.devices.value.microphones.map((d) => (
                    <option key={d.id} value={d.id}>
                      {d.label}
                    </option>
                  ))}
                  {check.devices.value.microphones.length === 0 && <option value="">{t("caller.check.waiting")}</option>}
                </select>
              </label>
              {check.canChooseSpeaker && check.devices.value.speakers.length > 0 && (
                <label class="field">
                  <span>{t("caller.check.speaker")}</span>
                  <select class="input" value={check.speakerId.value} onChange={(e) => void model.chooseSpeaker(e.currentTarget.value)}>
                    {check.devices.value.speakers.every((d) => d.id !== "default") && <option value="">{t("caller.check.default")}</option>}
                    {check.devices.value.speakers.map((d) => (
                      <option key={d.id} value={d.id}>
                        {d.label}
                      </option>
                    ))}
                  </select>
                </label>
              )}
            </>
          )}
          {model.joinError.value && (
            <Notice bad role="alert">
              {model.joinError.value}
            </Notice>
          )}
          <button
            type="button"
            class={state === "error" ? "btn primary big" : "btn primary big stick"}
            disabled={joining || state === "asking"}
            data-testid="join"
            onClick={() => void model.join()}
          >
            <Icon name="phone" />
            {t(joining ? "caller.check.connecting" : state === "error" ? "caller.check.without" : "caller.check.start")}
          </button>
          {state === "error" && <p class="small muted">{t("caller.check.typeOnly")}</p>}
        </section>
      </div>
    </main>
  );
}

export function MediaHelp({ error, onRetry }: { error: MediaError; onRetry?: () => void }) {
  const r = remedy(error, navigator.userAgent);
  return (
    <Notice bad icon={error.device === "camera" ? "cameraOff" : "micOff"} role="alert">
      <div class="stack tight">
        <b>{r.title}</b>
        <ol>
          {r.steps.map((s) => (
            <li key={s}>{s}</li>
          ))}
        </ol>
        {onRetry && (
          <div>
            <button type="button" class="btn compact" onClick={onRetry}>
              {t("tryAgain")}
            </button>
          </div>
        )}
      </div>
    </Notice>
  );
}
