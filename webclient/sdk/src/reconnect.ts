/**
 * When to try again. Pure: time and chance come from outside, so a test can
 * walk through a minute of failures.
 */

export interface ReconnectOptions {
  /** How long the server keeps our place after the socket is lost. */
  windowMs: number;
  /** Delay of the first try; the next ones double. */
  baseMs: number;
  /** No delay is longer. */
  maxMs: number;
}

export const RESUME_DEFAULTS: ReconnectOptions = { windowMs: 30_000, baseMs: 250, maxMs: 4_000 };

/**
 * The policy of one loss: exponential backoff with full jitter above half the
 * delay, first try at once, until the window is over.
 */
export class ReconnectPolicy {
  #attempt = 0;

  constructor(
    private readonly lostAt: number,
    private readonly options: ReconnectOptions = RESUME_DEFAULTS,
    private readonly random: () => number = Math.random,
  ) {}

  /** Number of tries so far. */
  get attempt(): number {
    return this.#attempt;
  }

  /** When the place is gone. */
  get deadline(): number {
    return this.lostAt + this.options.windowMs;
  }

  /** Milliseconds to wait before the next try, or null when it is too late. */
  next(now: number): number | null {
    const left = this.deadline - now;
    if (left <= 0) return null;
    const n = this.#attempt++;
    // The first try is immediate but for a little spread: a restarted proxy
    // loses everybody in the same millisecond.
    if (n === 0) return Math.min(left, Math.floor(this.random() * 100));
    const full = Math.min(this.options.maxMs, this.options.baseMs * 2 ** (n - 1));
    const delay = full / 2 + this.random() * (full / 2);
    return Math.min(Math.floor(delay), left);
  }
}

/** What is known of the media path. */
export type IceHealth = "new" | "connected" | "disconnected" | "failed" | "closed";

/** Decides when ICE restarts: at once when failed, after a while when disconnected. */
export class IceRestartPolicy {
  #since: number | null = null;
  #restarts = 0;
  #last = Number.NEGATIVE_INFINITY;
  #health: IceHealth = "new";

  constructor(
    private readonly graceMs = 2_500,
    private readonly spacingMs = 3_000,
  ) {}

  /** Restarts since the path was last connected. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Records a change of the path. */
  observe(health: IceHealth, now: number): void {
    this.#health = health;
    if (health === "disconnected" || health === "failed") this.#since ??= now;
    else this.#since = null;
    if (health === "connected") this.#restarts = 0;
  }

  /** Milliseconds until a restart is due (0 = now), or null when none is. */
  due(now: number): number | null {
    if (this.#since === null) return null;
    const wanted = this.#health === "failed" ? this.#since : this.#since + this.graceMs;
    const spaced = this.#last + this.spacingMs * Math.min(4, Math.max(1, this.#restarts));
    return Math.max(0, Math.max(wanted, spaced) - now);
  }

  /** Records that a restart has been started. */
  restarted(now: number): void {
    this.#last = now;
    this.#restarts++;
  }
}
