/** Which rows of a long list stand in the document. Pure. */

export interface Window {
  /** Rows from..to-1 are made. */
  from: number;
  to: number;
  /** Room before and after them, in pixels. */
  before: number;
  after: number;
}

/** Rows of two heights, the first tall ones before the others. */
export class TwoHeights {
  constructor(
    readonly count: number,
    readonly tall: number,
    private readonly height: { tall: number; low: number },
  ) {}

  get total(): number {
    return this.top(this.count);
  }
  top(i: number): number {
    return Math.min(i, this.tall) * this.height.tall + Math.max(0, i - this.tall) * this.height.low;
  }
  of(i: number): number {
    return i < this.tall ? this.height.tall : this.height.low;
  }
  #at(y: number): number {
    const edge = this.tall * this.height.tall;
    return y < edge ? y / this.height.tall : this.tall + (y - edge) / this.height.low;
  }
  window(top: number, view: number, extra = 6): Window {
    const from = Math.max(0, Math.min(this.count, Math.floor(this.#at(top)) - extra));
    const to = Math.max(from, Math.min(this.count, Math.ceil(this.#at(top + Math.max(view, this.height.tall))) + extra));
    return { from, to, before: this.top(from), after: this.total - this.top(to) };
  }
}

/** Rows of many heights: measured where they have been seen, guessed elsewhere. */
export class Heights {
  readonly #measured = new Map<string, number>();
  #keys: readonly string[] = [];
  #tops = new Float64Array(1);
  #sum = 0;

  constructor(private readonly guess = 72) {}

  /** What a row that nobody has seen is taken for: the mean of those seen. */
  get typical(): number {
    return this.#measured.size > 20 ? this.#sum / this.#measured.size : this.guess;
  }
  get total(): number {
    return this.#tops[this.#keys.length] ?? 0;
  }

  /** Sets the rows, in order. */
  layout(keys: readonly string[]): void {
    this.#keys = keys;
    if (this.#tops.length < keys.length + 1) this.#tops = new Float64Array(Math.max(keys.length + 1, this.#tops.length * 2));
    const typical = this.typical;
    let y = 0;
    for (let i = 0; i < keys.length; i++) {
      this.#tops[i] = y;
      y += this.#measured.get(keys[i]!) ?? typical;
    }
    this.#tops[keys.length] = y;
  }

  /** Takes a row's height; true when it is news. */
  measure(key: string, height: number): boolean {
    const old = this.#measured.get(key);
    if (old !== undefined && Math.abs(old - height) < 1) return false;
    this.#sum += height - (old ?? 0);
    this.#measured.set(key, height);
    return true;
  }

  top(i: number): number {
    return this.#tops[Math.max(0, Math.min(i, this.#keys.length))] ?? 0;
  }

  /** The row at a height. */
  at(y: number): number {
    let low = 0;
    let high = this.#keys.length - 1;
    while (low < high) {
      const mid = (low + high + 1) >> 1;
      if (this.#tops[mid]! <= y) low = mid;
      else high = mid - 1;
    }
    return Math.max(0, low);
  }

  window(top: number, view: number, extra = 8): Window {
    const n = this.#keys.length;
    if (n === 0) return { from: 0, to: 0, before: 0, after: 0 };
    const from = Math.max(0, this.at(top) - extra);
    const to = Math.min(n, this.at(top + view) + 1 + extra);
    return { from, to, before: this.top(from), after: this.total - this.top(to) };
  }
}
