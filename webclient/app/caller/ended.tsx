import { clock, spokenDuration } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Brand, ThemeButton } from "../shared/ui.tsx";
import { TranscriptView } from "../shared/transcript.tsx";
import type { CallerModel } from "./model.ts";
import { t, tOr } from "../shared/i18n.ts";

export function EndedView({ model }: { model: CallerModel }) {
  const ms = model.endedAfter.value;
  const lines = model.conversation.value;
  return (
    <main class="precall">
      <header class="row topbar">
        <span class="grow">
          <Brand />
        </span>
        <ThemeButton />
      </header>
      <div class="ended">
        <span class="ended-mark" aria-hidden="true">
          <Icon name={model.endReason.value === "lost" ? "wifi" : "check"} />
        </span>
        <h1 data-autofocus tabIndex={-1}>
          {t("caller.ended.title")}
        </h1>
        <p class="muted">{tOr(`caller.ended.reason.${model.endReason.value}`, t("caller.ended.over"))}</p>
        {ms > 0 && (
          <p class="small muted nums">
            <span aria-hidden="true">{t("caller.ended.length", { clock: clock(ms) })}</span>
            <span class="sr-only">{t("caller.ended.took", { duration: spokenDuration(ms) })}</span>
          </p>
        )}
        <button type="button" class="btn primary big" onClick={() => void model.again()} data-testid="again">
          <Icon name="phone" /> {t("caller.ended.again")}
        </button>
        {lines.length > 0 && (
          <section class="card ended-transcript" aria-labelledby="said">
            <h2 id="said">{t("caller.ended.said")}</h2>
            <TranscriptView
              lines={lines}
              nameOf={model.nameOf}
              faceOf={model.faceOf}
              avatarOf={model.avatarOf}
              eventText={model.eventText}
              label={t("caller.ended.saidInCall")}
              empty=""
            />
          </section>
        )}
      </div>
    </main>
  );
}
