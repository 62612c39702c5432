/** A typed event emitter. A listener that throws does not stop the others. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();
  readonly #any = new Set<(event: keyof Events, payload: unknown) => void>();

  /** Calls listener at each event of that name; returns how to stop it. */
  on<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void {
    let set = this.#listeners.get(event);
    if (!set) this.#listeners.set(event, (set = new Set()));
    set.add(listener as (payload: never) => void);
    return () => set.delete(listener as (payload: never) => void);
  }

  /** As on, for the next event only. */
  once<K extends keyof Events>(event: K, listener: (payload: Events[K]) => void): () => void {
    const stop = this.on(event, (payload) => {
      stop();
      listener(payload);
    });
    return stop;
  }

  /** Calls listener at every event, for logs and debugging. */
  onAny(listener: (event: keyof Events, payload: unknown) => void): () => void {
    this.#any.add(listener);
    return () => this.#any.delete(listener);
  }

  /** Emits an event. For the owner of the emitter. */
  protected emit<K extends keyof Events>(event: K, payload: Events[K]): void {
    for (const listener of [...this.#any]) guard(() => listener(event, payload));
    for (const listener of [...(this.#listeners.get(event) ?? [])]) guard(() => (listener as (p: Events[K]) => void)(payload));
  }

  /** Forgets all listeners. */
  protected removeAll(): void {
    this.#listeners.clear();
    this.#any.clear();
  }
}

function guard(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
