/**
 * Local media: what the person wants to send, made true one step at a time.
 * Buttons may be pressed faster than devices answer: each source has one worker
 * that always works towards the newest wish and skips those in between.
 */
import { MediaError, toMediaError, type MediaKind } from "./errors.ts";
import type { Source } from "./wire.ts";

export interface Wish {
  on: boolean;
  deviceId?: string;
}

export interface MediaHandlers {
  /** A source's track has changed; null: it sends nothing now. */
  track(source: Source, track: MediaStreamTrack | null): Promise<void>;
  /** It ended by itself: unplugged, or sharing stopped in the browser's bar. */
  ended(source: Source): void;
}

/** What a call wants of a microphone: a voice, near, without the room. */
export function microphoneConstraints(deviceId?: string): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  };
}

export function cameraConstraints(deviceId?: string): MediaTrackConstraints {
  return {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 24, max: 30 },
    ...(deviceId ? { deviceId: { exact: deviceId } } : {}),
  };
}

/** Opens a device; throws MediaError. */
export async function open(source: Source, deviceId?: string): Promise<MediaStreamTrack> {
  const kind: MediaKind = source;
  const devices = typeof navigator === "undefined" ? undefined : navigator.mediaDevices;
  if (!devices) {
    throw new MediaError(kind, globalThis.isSecureContext === false ? "insecure" : "unsupported", `This page can not use a ${kind}.`);
  }
  try {
    if (source === "screen") {
      if (!devices.getDisplayMedia) throw new MediaError(kind, "unsupported", "This browser can not share a screen.");
      const stream = await devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      const track = stream.getVideoTracks()[0]!;
      track.contentHint = "detail";
      return track;
    }
    const stream =
      source === "microphone"
        ? await devices.getUserMedia({ audio: microphoneConstraints(deviceId) })
        : await devices.getUserMedia({ video: cameraConstraints(deviceId) });
    const track = stream.getTracks()[0]!;
    if (source === "microphone") track.contentHint = "speech";
    return track;
  } catch (error) {
    throw toMediaError(kind, error);
  }
}

class SourceWorker {
  #wish: Wish = { on: false };
  #actual: Wish = { on: false };
  #track: MediaStreamTrack | null = null;
  #running: Promise<void> | null = null;

  constructor(
    private readonly source: Source,
    private readonly handlers: MediaHandlers,
    private readonly opener: typeof open,
  ) {}

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  get on(): boolean {
    return this.#wish.on;
  }

  /** Takes a ready track, e.g. that of the microphone check. */
  async adopt(track: MediaStreamTrack): Promise<void> {
    this.#wish = this.#actual = { on: true, deviceId: track.getSettings?.().deviceId };
    await this.#replace(track);
  }

  /** Resolves when the newest wish is true; rejects with MediaError. */
  set(wish: Wish): Promise<void> {
    this.#wish = wish;
    this.#running ??= this.#work().finally(() => (this.#running = null));
    return this.#running;
  }

  async #work(): Promise<void> {
    while (this.#wish.on !== this.#actual.on || (this.#wish.on && this.#wish.deviceId !== this.#actual.deviceId)) {
      const wish = this.#wish;
      if (!wish.on) {
        await this.#replace(null);
      } else {
        try {
          const track = await this.opener(this.source, wish.deviceId);
          if (this.#wish !== wish && !this.#wish.on) {
            track.stop();
            continue;
          }
          await this.#replace(track);
        } catch (error) {
          this.#wish = this.#actual;
          throw error;
        }
      }
      this.#actual = wish;
    }
  }

  async #replace(track: MediaStreamTrack | null): Promise<void> {
    const old = this.#track;
    this.#track = track;
    if (track) {
      track.onended = () => {
        if (this.#track !== track) return;
        this.#wish = this.#actual = { on: false };
        void this.#replace(null).then(() => this.handlers.ended(this.source));
      };
    }
    await this.handlers.track(this.source, track);
    if (old && old !== track) {
      old.onended = null;
      old.stop();
    }
  }
}

export class LocalMedia {
  readonly #workers: Record<Source, SourceWorker>;

  constructor(handlers: MediaHandlers, opener: typeof open = open) {
    this.#workers = {
      microphone: new SourceWorker("microphone", handlers, opener),
      camera: new SourceWorker("camera", handlers, opener),
      screen: new SourceWorker("screen", handlers, opener),
    };
  }

  track(source: Source): MediaStreamTrack | null {
    return this.#workers[source].track;
  }

  isOn(source: Source): boolean {
    return this.#workers[source].on;
  }

  set(source: Source, wish: Wish): Promise<void> {
    return this.#workers[source].set(wish);
  }

  adopt(source: Source, track: MediaStreamTrack): Promise<void> {
    return this.#workers[source].adopt(track);
  }

  /** Gives all devices back. */
  async stop(): Promise<void> {
    await Promise.allSettled((["microphone", "camera", "screen"] as const).map((s) => this.set(s, { on: false })));
  }
}
