/** Small parts that both pages are made of. */
import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Announcer } from "./announce.ts";
import { initials } from "./format.ts";
import { Icon, type IconName } from "./icons.tsx";
import { meter } from "./levels.ts";
import { nextTheme, theme } from "./theme.ts";
import { t } from "./i18n.ts";

export type Who = "agent" | "human" | "caller" | "observer" | "wait";

export function Avatar({ who, name, image, size }: { who: Who; name?: string; image?: string; size?: string }) {
  return (
    <span class="avatar" data-who={who} style={size ? { "--size": size } : undefined} aria-hidden="true">
      {image ? <img src={image} alt="" /> : who === "agent" ? <Icon name="spark" /> : initials(name) || <Icon name="person" />}
    </span>
  );
}

export function Chip({ who, icon, children }: { who: Who; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class="chip" data-who={who}>
      {icon && <Icon name={icon} />}
      {children}
    </span>
  );
}

export function Notice({ who = "wait", bad, icon = "alert", children, role }: {
  who?: Who;
  bad?: boolean;
  icon?: IconName;
  children: ComponentChildren;
  role?: "alert" | "status";
}) {
  return (
    <div class={bad ? "notice bad" : "notice"} data-who={who} role={role}>
      <Icon name={icon} />
      <div class="grow">{children}</div>
    </div>
  );
}

export function Brand({ children }: { children?: ComponentChildren }) {
  return (
    <span class="brand">
      <img src="/favicon.svg" alt="" width="28" height="28" />
      {t("brand")}
      {children}
    </span>
  );
}

export function ThemeButton() {
  const now = theme.value;
  return (
    <button type="button" class="btn quiet iconic compact" onClick={nextTheme} title={t("theme.change")} aria-label={t("theme.label", { theme: t(`theme.${now}`) })}>
      <Icon name={now === "auto" ? "auto" : now === "light" ? "sun" : "moon"} />
    </button>
  );
}

export function LiveRegion({ announcer }: { announcer: Announcer }) {
  return (
    <div class="sr-only" role="status" aria-live="polite">
      {announcer.text.value}
    </div>
  );
}

/** A modal dialog by the browser's own means: focus is kept in and given back. */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  useEffect(() => {
    const d = ref.current;
    gone.current = false;
    if (d && !d.open) d.showModal();
    // Not the cross: what it is about, unless something asks for the focus.
    if (!d?.querySelector("[autofocus]")) d?.querySelector<HTMLElement>("#sheet-title")?.focus();
    return () => {
      // Its close event comes later, when another sheet may be open.
      gone.current = true;
      d?.close();
    };
  }, []);
  return (
    <dialog class="sheet" ref={ref} onClose={() => !gone.current && onClose()} aria-labelledby="sheet-title">
      <div class="stack">
        <div class="row">
          <h2 id="sheet-title" class="grow" tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="btn quiet iconic compact" onClick={() => ref.current?.close()} aria-label={t("close")}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** Calls frame at the display's pace, a quarter of it when motion is to be reduced. */
export function useFrames(frame: () => void, deps: unknown[]): void {
  useEffect(() => {
    let id = 0;
    let n = 0;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const tick = () => {
      if (!calm || n++ % 4 === 0) frame();
      id = requestAnimationFrame(tick);
    };
    id = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(id);
  }, deps);
}

const BARS = 24;

/** A live level meter of a local track. */
export function LevelMeter({ track, label }: { track: MediaStreamTrack | null; label: string }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!track) return;
    const m = meter(track);
    let id = 0;
    let shown = 0;
    const tick = () => {
      shown = Math.max(m.read(), shown * 0.92);
      paint(ref, shown);
      id = requestAnimationFrame(tick);
    };
    tick();
    return () => {
      cancelAnimationFrame(id);
      m.stop();
    };
  }, [track]);
  return (
    <div class="meter" ref={ref} role="img" aria-label={label}>
      {Array.from({ length: BARS }, (_, i) => (
        <i key={i} />
      ))}
    </div>
  );
}

function paint(ref: RefObject<HTMLDivElement | null>, level: number): void {
  const lit = Math.round(level * BARS);
  const bars = ref.current?.children;
  if (!bars) return;
  for (let i = 0; i < bars.length; i++) bars[i]!.className = i >= lit ? "" : i >= BARS - 4 ? "lit hot" : "lit";
}

export function Video({ track, label, mirror }: { track: MediaStreamTrack; label: string; mirror?: boolean }) {
  const ref = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const v = ref.current!;
    v.srcObject = new MediaStream([track]);
    void v.play().catch(() => undefined);
    return () => {
      v.srcObject = null;
    };
  }, [track]);
  return <video ref={ref} class={mirror ? "mirror" : ""} autoplay playsInline muted aria-label={label} />;
}
