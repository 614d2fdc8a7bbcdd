import type { Contestant, Figures } from '../contestants/contestant.ts';
import type { BenchDatabase } from '../engines/database.ts';
import type { Workload } from '../workloads.ts';

export interface Field {
  readonly db: BenchDatabase;
  /** Everybody is measured against this contestant. */
  readonly reference: string;
  /** By name; the results of the first are what the others' have to be. */
  readonly contestants: ReadonlyMap<string, Contestant>;
  /** What the server said, if the contestant may send what it does not take, and the error is that it did. */
  readonly rejection: (name: string, error: unknown) => string | undefined;
}

export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Measurement {
  readonly workload: Workload;
  readonly rounds: number;
  /** The reference's median per sample; undefined where it failed. */
  readonly referenceMs: number | undefined;
  /** Each contestant's time in a round divided by the reference's in the same round. */
  readonly ratios: ReadonlyMap<string, Ratio>;
  /** Contestants that threw or returned something else than the others; not measured. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Contestants whose SQL the server does not take, and what it said. */
  readonly rejections: ReadonlyMap<string, string>;
}

/** Measures a workload: one checked run of each contestant, warm-up rounds, then the rounds that count. */
export async function measure(workload: Workload, field: Field, rounds: number): Promise<Measurement> {
  const { db, reference } = field;
  const { takingPart, failures, rejections } = await check(workload, field);
  const times = new Map([...takingPart.keys()].map((name) => [name, [] as number[]]));
  if (takingPart.has(reference)) {
    const warmUp = Math.max(3, Math.ceil(rounds / 4));
    for (let round = -warmUp; round < rounds; round++) {
      for (const [name, contestant] of inOrder([...takingPart], round + warmUp)) {
        const { ms } = await runSample(workload, contestant, db);
        if (round >= 0) times.get(name)!.push(ms);
      }
    }
  }
  const base = times.get(reference) ?? [];
  const ratios = new Map<string, Ratio>();
  for (const [name, measured] of times) {
    if (name === reference || base.length === 0) continue;
    ratios.set(name, summary(measured.map((ms, round) => ms / base[round]!)));
  }
  return {
    workload,
    rounds,
    referenceMs: base.length > 0 ? median(base) : undefined,
    ratios,
    failures,
    rejections,
  };
}

/** Runs each contestant once and leaves out those whose result is not the expected one. */
async function check(workload: Workload, { db, contestants, rejection }: Field) {
  const takingPart = new Map<string, Contestant>();
  const failures = new Map<string, unknown>();
  const rejections = new Map<string, string>();
  let expected: Figures | undefined;
  for (const [name, contestant] of contestants) {
    if (workload.prepare(contestant.samples) === undefined) continue;
    try {
      const { figures } = await runSample(workload, contestant, db);
      expected ??= figures;
      if (figures.rows !== workload.rows || !Number.isSafeInteger(figures.sum) || figures.sum !== expected.sum) {
        const wanted = `${workload.rows} rows, checksum ${expected.sum}`;
        throw new Error(`different result: ${figures.rows} rows, checksum ${figures.sum}; expected ${wanted}`);
      }
      takingPart.set(name, contestant);
    } catch (error) {
      const said = rejection(name, error);
      if (said === undefined) failures.set(name, error);
      else rejections.set(name, said);
    }
  }
  return { takingPart, failures, rejections };
}

async function runSample(
  workload: Workload,
  contestant: Contestant,
  db: BenchDatabase,
): Promise<{ figures: Figures; ms: number }> {
  const sample = workload.prepare(contestant.samples)!;
  let figures: Figures;
  let ms: number;
  try {
    const start = performance.now();
    figures = await sample.run();
    ms = performance.now() - start;
  } catch (error) {
    // What it may have half written must not reach the next one; its own error is the one to report.
    await sample.undo?.(db).catch(() => undefined);
    throw error;
  }
  await sample.undo?.(db);
  return { figures, ms };
}

/** Rotates by one every second round and reverses in between, so that nobody always follows the same one. */
function inOrder<T>(items: readonly T[], round: number): T[] {
  const shift = (round >> 1) % items.length;
  const rotated = [...items.slice(shift), ...items.slice(0, shift)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}

function summary(values: readonly number[]): Ratio {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
