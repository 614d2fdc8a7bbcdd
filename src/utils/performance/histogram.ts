/** Steps of a power of two: a percentile is at most one of these too large, that is 12.5 %. */
const STEPS = 8;
const STEP_BITS = 3;
/** The largest time that is told from larger ones: 2³¹ microseconds are 35 minutes. */
const MOST = 2 ** 31 - 1;
const BUCKETS = (31 - STEP_BITS + 1) * STEPS;

/**
 * Times in buckets that grow with them, so that a thousandth of a millisecond and half an hour are told apart in 928 bytes, however
 * many there were: HdrHistogram's way (https://hdrhistogram.org), whole microseconds.
 */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(ms: number): void {
    this.#counts[bucketOf(Math.min(Math.round(ms * 1000), MOST))]!++;
    this.#total++;
  }

  /** The time that so large a part of all times, 0 to 1, does not exceed. */
  percentile(part: number): number {
    const wanted = Math.max(1, Math.ceil(part * this.#total));
    let seen = 0;
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#counts[i]!;
      if (seen >= wanted) return topOf(i) / 1000;
    }
    return 0;
  }
}

/** Below `STEPS` each microsecond is a bucket; above, each power of two has so many. */
function bucketOf(us: number): number {
  if (us < STEPS) return us;
  const shift = 31 - Math.clz32(us) - STEP_BITS;
  return (shift + 1) * STEPS + ((us >> shift) - STEPS);
}

/** The largest time of a bucket. */
function topOf(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  return ((bucket % STEPS) + STEPS + 1) * 2 ** shift - 1;
}
