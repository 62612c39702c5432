/** Small charts of SVG. Each stands beside a table that says the same; colours come with patterns. */
import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface Series {
  name: string;
  /** solid, hatched, dotted: told apart without colour. */
  look: "solid" | "hatched" | "dotted";
  tone: "ai" | "human" | "wait" | "danger";
  values: number[];
}

const H = 220;
const PAD = { top: 12, bottom: 26, start: 40, end: 8 };

/** A round number at or above n, for the top of an axis; its half is whole: calls are not halved. */
export function ceiling(n: number): number {
  if (n <= 4) return n <= 2 ? 2 : 4;
  const p = 10 ** Math.floor(Math.log10(n));
  return [1, 1.6, 2, 3, 4, 6, 8, 10].map((k) => k * p).find((k) => k >= n)!;
}

export function Legend({ series }: { series: Series[] }) {
  return (
    <ul class="legend small">
      {series.map((s) => (
        <li key={s.name}>
          <svg width="18" height="14" aria-hidden="true">
            <Patterns id={`k-${s.tone}-${s.look}`} tones={[s]} />
            <rect x="0.5" y="0.5" width="17" height="13" rx="3" class="mark" data-tone={s.tone} fill={s.look === "solid" ? undefined : `url(#k-${s.tone}-${s.look}-0)`} data-solid={s.look === "solid"} />
          </svg>
          {s.name}
        </li>
      ))}
    </ul>
  );
}

function Patterns({ id, tones }: { id: string; tones: Series[] }) {
  return (
    <defs>
      {tones.map((s, i) =>
        s.look === "solid" ? null : (
          <pattern key={i} id={`${id}-${i}`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform={s.look === "hatched" ? "rotate(45)" : undefined}>
            <rect width="6" height="6" class="pattern-ground" data-tone={s.tone} />
            {s.look === "hatched" ? <rect width="3" height="6" class="pattern-ink" data-tone={s.tone} /> : <circle cx="3" cy="3" r="1.5" class="pattern-ink" data-tone={s.tone} />}
          </pattern>
        ),
      )}
    </defs>
  );
}

/** As wide as there is room, so that the letters keep their size. */
function useWidth(): [ref: { current: HTMLDivElement | null }, width: number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(640);
  useEffect(() => {
    const seen = new ResizeObserver(([e]) => e && set(Math.max(200, Math.round(e.contentRect.width))));
    if (ref.current) seen.observe(ref.current);
    return () => seen.disconnect();
  }, []);
  return [ref, width];
}

/** What a column says, for who points at it. */
export const columnText = (label: string, series: readonly Series[], i: number): string => `${label}: ${series.map((s) => `${s.name} ${s.values[i] ?? 0}`).join(", ")}`;

/** Columns stacked by series, one for each label. */
export function Columns({ labels, series, label, rtl, format = String }: { labels: string[]; series: Series[]; label: string; rtl: boolean; format?: (n: number) => string }) {
  const id = useId();
  const [room, W] = useWidth();
  const totals = labels.map((_, i) => series.reduce((n, s) => n + (s.values[i] ?? 0), 0));
  const top = ceiling(Math.max(1, ...totals));
  const width = (W - PAD.start - PAD.end) / Math.max(1, labels.length);
  const bar = Math.min(44, width * 0.68);
  const y = (v: number) => PAD.top + (H - PAD.top - PAD.bottom) * (1 - v / top);
  // Time goes as the language is read.
  const x = (i: number) => (rtl ? W - PAD.start - (i + 1) * width : PAD.start + i * width);
  const every = Math.ceil(48 / width);
  return (
    <div ref={room}>
      <svg class="chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={label}>
        <Patterns id={id} tones={series} />
        {[0, 0.5, 1].map((f) => (
          <g key={f}>
            <line class="grid" x1={rtl ? PAD.end : PAD.start} x2={rtl ? W - PAD.start : W - PAD.end} y1={y(top * f)} y2={y(top * f)} />
            <text class="tick" x={rtl ? W - PAD.start + 6 : PAD.start - 6} y={y(top * f) + 4} text-anchor={rtl ? "start" : "end"} direction="ltr">
              {format(top * f)}
            </text>
          </g>
        ))}
        {labels.map((l, i) => {
          let base = 0;
          return (
            <g key={i}>
              <title>{columnText(l, series, i)}</title>
              <rect x={x(i)} y={PAD.top} width={width} height={H - PAD.top - PAD.bottom} fill="transparent" />
              {series.map((s, n) => {
                const v = s.values[i] ?? 0;
                const from = base;
                base += v;
                if (v === 0) return null;
                return (
                  <rect
                    key={s.name}
                    class="mark"
                    data-tone={s.tone}
                    data-solid={s.look === "solid"}
                    fill={s.look === "solid" ? undefined : `url(#${id}-${n})`}
                    x={x(i) + (width - bar) / 2}
                    y={y(base)}
                    width={bar}
                    height={Math.max(1, y(from) - y(base))}
                  />
                );
              })}
              {(labels.length - 1 - i) % every === 0 && (
                <text class="tick" x={x(i) + width / 2} y={H - 8} text-anchor="middle">
                  {l}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

/** A bar in a table's cell; the number is beside it. */
export function Bar({ of, max, tone = "ai" }: { of: number; max: number; tone?: Series["tone"] }) {
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="bar-ground" width="100" height="10" rx="2" />
      <rect class="mark" data-tone={tone} data-solid="true" width={max > 0 ? (of / max) * 100 : 0} height="10" rx="2" />
    </svg>
  );
}
