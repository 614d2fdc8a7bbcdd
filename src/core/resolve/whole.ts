import { MAX_NAME_BYTES } from '../../utils/naming.ts';
import type { ModelMeta } from '../metadata.ts';
import type { Report } from './draft.ts';

/** Two models on one table. */
export function checkTables(models: readonly ModelMeta[], report: Report): void {
  const tables = new Map<string, ModelMeta>();
  for (const meta of models) {
    const table = `${meta.schema ?? ''}.${meta.table}`.toLowerCase();
    const other = tables.get(table);
    if (other !== undefined && !(other.inheritance !== undefined && other.inheritance.root === meta.inheritance?.root))
      report(
        `${other.name} and ${meta.name} are both on the table '${meta.table}': give one another with { table: … }.`,
      );
    tables.set(table, meta);
  }
}

/** One name for indexes of two tables: databases other than MySQL keep the names of a schema's indexes together. */
export function checkIndexNames(models: readonly ModelMeta[], report: Report): void {
  const owners = new Map<string, ModelMeta>();
  for (const meta of models) {
    for (const { name } of meta.indexes) {
      const known = `${meta.schema ?? ''}.${name}`.toLowerCase();
      const other = owners.get(known);
      if (other !== undefined && other.table !== meta.table)
        report(
          `${other.name} and ${meta.name} both have an index named '${name}': give one another name with { name: … }.`,
        );
      owners.set(known, meta);
    }
  }
}

/** Names that a database would cut, so that two could become one, or refuse. Those that the library makes are short enough. */
export function checkNameLengths(models: readonly ModelMeta[], report: Report): void {
  for (const { name: model, table, fields, indexes, checks } of models) {
    const names: readonly (readonly [what: string, name: string, remedy: string])[] = [
      ['table', table, 'give it another with { table: … }'],
      ...fields.map(({ column }) => ['column', column, 'give it another with { column: … }'] as const),
      ...indexes.map(({ name }) => ['index', name, 'give it another with { name: … }'] as const),
      ...checks.map(({ name }) => ['check', name, 'give it another'] as const),
    ];
    for (const [what, name, remedy] of names) {
      if (Buffer.byteLength(name) > MAX_NAME_BYTES)
        report(`${model}: the name of the ${what} '${name}' has more than ${MAX_NAME_BYTES} bytes: ${remedy}.`);
    }
  }
}

/** Models that need each other's rows first: no row of any of them could ever be the first. */
export function checkRequiredCycles(models: readonly ModelMeta[], report: Report): void {
  const done = new Set<ModelMeta>();
  const visit = (meta: ModelMeta, trail: readonly ModelMeta[]): void => {
    const start = trail.indexOf(meta);
    if (start >= 0) {
      const cycle = [...trail.slice(start), meta].map((item) => item.name);
      report(`${cycle.join(' → ')} is a cycle of required keys: make one of them nullable.`);
      return;
    }
    if (done.has(meta)) return;
    done.add(meta);
    for (const relation of meta.relations) {
      if (relation.owning && !relation.nullable && !meta.readOnly && relation.target !== meta)
        visit(relation.target, [...trail, meta]);
    }
  };
  for (const meta of models) visit(meta, []);
}
