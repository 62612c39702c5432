import { clock, spokenDuration } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Brand, ThemeButton } from "../shared/ui.tsx";
import { TranscriptView } from "../shared/transcript.tsx";
import type { CallerModel } from "./model.ts";

const reasons: Record<string, string> = {
  ended: "Thank you for calling.",
  left: "You have left the call.",
  lost: "The connection was lost and could not be restored.",
  replaced: "The call goes on in another window.",
  evicted: "You were taken out of the call.",
  shutdown: "The service is restarting. Please call again in a moment.",
};

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
          The call has ended
        </h1>
        <p class="muted">{reasons[model.endReason.value] ?? "The call is over."}</p>
        {ms > 0 && (
          <p class="small muted nums">
            <span aria-hidden="true">Length {clock(ms)}</span>
            <span class="sr-only">It took {spokenDuration(ms)}.</span>
          </p>
        )}
        <button type="button" class="btn primary big" onClick={() => void model.again()} data-testid="again">
          <Icon name="phone" /> Call again
        </button>
        {lines.length > 0 && (
          <section class="card ended-transcript" aria-labelledby="said">
            <h2 id="said">What was said</h2>
            <TranscriptView
              lines={lines}
              nameOf={model.nameOf}
              faceOf={model.faceOf}
              avatarOf={model.avatarOf}
              eventText={model.eventText}
              label="What was said in this call"
              empty=""
            />
          </section>
        )}
      </div>
    </main>
  );
}
