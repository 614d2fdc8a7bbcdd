import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Table from 'cli-table3';
import pc from 'picocolors';
import type { Engine } from '../engines/engine.ts';
import type { Measurement, Ratio } from './measure.ts';

/** What `--json FILE` holds. */
export interface Report {
  readonly engine: string;
  /** Whom the others are measured against. */
  readonly reference: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  /** ISO 8601 */
  readonly date: string;
  readonly workloads: readonly {
    readonly id: string;
    readonly rounds: number;
    /** How many operations `referenceMs` is for; more than 1 where one alone is too quick to measure. */
    readonly operations: number;
    readonly referenceMs: number | null;
    readonly ratios: Readonly<Record<string, Ratio>>;
    /** What threw or returned a wrong result. */
    readonly failures?: Readonly<Record<string, string>>;
    /** Whose SQL the server does not take, and what it said. */
    readonly rejections?: Readonly<Record<string, string>>;
  }[];
}

export function writeJson(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

export function toReport(
  engine: string,
  reference: string,
  versions: Readonly<Record<string, string>>,
  measurements: readonly Measurement[],
): Report {
  return {
    engine,
    reference,
    node: process.version,
    versions,
    date: new Date().toISOString(),
    workloads: measurements.map(({ workload, rounds, referenceMs, ratios, failures, rejections }) => ({
      id: workload.id,
      rounds,
      operations: workload.operations,
      referenceMs: referenceMs === undefined ? null : round(referenceMs),
      ratios: Object.fromEntries(
        [...ratios].map(([name, { median, min, max }]) => [
          name,
          { median: round(median), min: round(min), max: round(max) },
        ]),
      ),
      ...(failures.size > 0 && {
        failures: Object.fromEntries([...failures].map(([name, error]) => [name, String(error)])),
      }),
      ...(rejections.size > 0 && { rejections: Object.fromEntries(rejections) }),
    })),
  };
}

/** The results as a table: the reference in milliseconds, everybody else as a ratio to it. */
export function toTable(
  contestants: readonly string[],
  reference: string,
  measurements: readonly Measurement[],
  goals: Engine['goals'],
): string {
  const others = contestants.filter((name) => name !== reference);
  const table = new Table({
    head: ['id', 'workload', `${reference}, ms`, ...others, 'goal'],
    colAligns: ['left', 'left', 'right', ...others.map(() => 'right' as const), 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { workload, referenceMs, ratios, failures, rejections } of measurements) {
    const unmeasured = (name: string): string =>
      failures.has(name) ? pc.red('failed') : rejections.has(name) ? pc.dim('rejected') : pc.dim('–');
    const goal = goals[workload.id];
    table.push([
      workload.id,
      workload.title,
      referenceMs === undefined ? pc.red('failed') : referenceMs.toFixed(2),
      ...others.map((name) => cell(ratios.get(name), name === 'blazeorm' ? goal : undefined) ?? unmeasured(name)),
      goal === undefined ? '' : `≤ ${goal.toFixed(2)}`,
    ]);
  }
  return table.toString();
}

function cell(ratio: Ratio | undefined, goal: number | undefined): string | undefined {
  if (ratio === undefined) return undefined;
  const { median, min, max } = ratio;
  const colour = goal === undefined ? String : median <= goal ? pc.green : pc.red;
  return `${colour(median.toFixed(2))} ${pc.dim(`(${min.toFixed(2)}–${max.toFixed(2)})`)}`;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
