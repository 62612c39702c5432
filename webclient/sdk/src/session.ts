/**
 * The place in a call, kept over a reload of the page. It lives in
 * sessionStorage: this tab only, never sent anywhere.
 */
export interface SavedSession {
  url: string;
  call: string;
  resume: string;
  savedAt: number;
  /** Who was muted is not heard after a reload either. */
  muted?: boolean;
}

/** The server keeps a place this long. */
export const SESSION_MS = 30_000;

export interface SessionStorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class SessionStore {
  constructor(
    private readonly key: string,
    private readonly storage: SessionStorageLike | null = browserStorage(),
  ) {}

  save(s: SavedSession): void {
    try {
      this.storage?.setItem(this.key, JSON.stringify(s));
    } catch {
      // A full or forbidden storage costs the resume after a reload, nothing else.
    }
  }

  /** Takes the session out: a resume token works once. */
  take(now: number): SavedSession | null {
    try {
      const text = this.storage?.getItem(this.key);
      this.storage?.removeItem(this.key);
      if (!text) return null;
      const s = JSON.parse(text) as Partial<SavedSession>;
      if (!s.url || !s.call || !s.resume || typeof s.savedAt !== "number") return null;
      return now - s.savedAt < SESSION_MS ? (s as SavedSession) : null;
    } catch {
      return null;
    }
  }

  /** True when take would give one; for a page that decides what to show. */
  peek(now: number): boolean {
    try {
      const s = JSON.parse(this.storage?.getItem(this.key) ?? "null") as Partial<SavedSession> | null;
      return !!s?.resume && typeof s.savedAt === "number" && now - s.savedAt < SESSION_MS;
    } catch {
      return false;
    }
  }

  clear(): void {
    try {
      this.storage?.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }
}

function browserStorage(): SessionStorageLike | null {
  try {
    return typeof sessionStorage === "undefined" ? null : sessionStorage;
  } catch {
    return null;
  }
}
